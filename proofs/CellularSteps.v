(** The cellular program, in symbols, computes the machine: each loop is one machine step, until the tape head leaves
    the window; from then on nothing moves. No real numbers here. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program Symbolic Cellular Decoding.
Import ListNotations.

(** * Programs in general: what fits goes on fitting *)
Section Fits.
Variable rs : list register.

End Fits.

(** A stream of rows represents a configuration: in symbols what [cellular_represents] says. *)
Definition says (M : machine) (width : nat) (origin : Z) (s : stream) (c : configuration) : Prop :=
  (forall i, 1 <= i <= width -> s i (symbol M) = Some (tape c (at_row origin i))) /\
  exists p m, 1 <= p <= width /\ head c = (at_row origin p + shift m)%Z /\
    forall i m', i <= width ->
      s i (message M m') = if (i =? p) && (shift m' =? shift m)%Z then Some (state c) else None.

(** * The registers *)
Inductive kind (M : machine) : nat -> Prop :=
| is_bos : kind M bos | is_cell : kind M cell | is_edge : one_way M = true -> kind M edge | is_symbol : kind M (symbol M)
| is_message m : kind M (message M m) | is_arriving : kind M (arriving M)
| is_left : kind M (left_cell M) | is_own : kind M (own_cell M) | is_right : kind M (right_cell M).

Ltac names := unfold type_of, is_scratch, registers, bos, cell, edge, symbol, message, arriving, left_cell, own_cell,
  right_cell, edges in *.
(** Facts about the numbers of registers: with or without the edge. *)
Ltac by_number M := try match goal with m : move |- _ => destruct m end; names; destruct (one_way M);
  try discriminate; solve [reflexivity | cbn; lia | auto 12].

Section RegisterFacts.
Variable M : machine.
Variable digits : nat.
Local Notation rs := (registers M digits).

Lemma register_kind r : r < length rs -> kind M r.
Proof.
  intros H.
  pose proof (is_bos M). pose proof (is_cell M). pose proof (is_edge M). pose proof (is_symbol M).
  pose proof (is_message M Right). pose proof (is_message M Left). pose proof (is_message M Stay).
  pose proof (is_arriving M). pose proof (is_left M). pose proof (is_own M). pose proof (is_right M).
  names. destruct (one_way M); do 11 (destruct r as [|r]; [solve [auto | cbn in H; lia]|]); cbn in H; lia.
Qed.

Lemma kind_known r : kind M r -> r < length rs.
Proof. destruct 1; by_number M. Qed.

(** Their types. *)
Lemma flag_type : type_of rs bos = flag /\ type_of rs cell = flag /\ (one_way M = true -> type_of rs edge = flag).
Proof. names. destruct (one_way M); repeat split; discriminate. Qed.
Lemma symbol_type : type_of rs (symbol M) = OneHot (symbols M).
Proof. by_number M. Qed.
Lemma message_type m : type_of rs (message M m) = OneHot (states M).
Proof. by_number M. Qed.
Lemma arriving_type : type_of rs (arriving M) = OneHot (states M) /\ is_scratch rs (arriving M) = true.
Proof. names. destruct (one_way M); split; reflexivity. Qed.
Lemma code_type : type_of rs (left_cell M) = Code digits /\ type_of rs (own_cell M) = Code digits /\
  type_of rs (right_cell M) = Code digits.
Proof. names. destruct (one_way M); repeat split. Qed.

Lemma scratch_only r : kind M r -> is_scratch rs r = true -> r = arriving M.
Proof. destruct 1; try reflexivity; by_number M. Qed.

Lemma cleared_message m :
  existsb (Nat.eqb (message M m)) [arriving M; message M Right; message M Left; message M Stay] = true.
Proof. by_number M. Qed.

Lemma message_eqb m m' : (message M m =? message M m') = (shift m =? shift m')%Z.
Proof. destruct m, m'; names; destruct (one_way M); reflexivity. Qed.
End RegisterFacts.

(** * What transitions write *)
Section Transitions.
Variable M : machine.

(** What a transition does: the symbol written, the move and the next state; a move as taken in the first cell or not. *)
Definition outcome (q a : nat) : nat * move * nat := match delta M q a with Some o => o | None => (a, Stay, q) end.
Definition taken (first : bool) (m : move) : move :=
  match m with Left => if one_way M && first then Stay else Left | _ => m end.

(** A rule for a state and a symbol reads both, and perhaps the edge; it writes perhaps the symbol, and one message. *)
Lemma transition_rule q a ru : In ru (transition M q a) -> exists rest writes w m m' p, outcome q a = (w, m, p) /\
  whenever ru = (arriving M, Some q) :: (symbol M, Some a) :: rest /\
  (rest = [] \/ one_way M = true /\ exists e, rest = [(edge, e)] /\ (e = None \/ e = Some 0)) /\
  then_write ru = writes ++ [(message M m', p)] /\ (writes = [] \/ writes = [(symbol M, w)]).
Proof.
  unfold transition, outcome. destruct (delta M q a) as [[[w m] p]|].
  - assert (W : forall W, W = (if w =? a then [] else [(symbol M, w)]) -> W = [] \/ W = [(symbol M, w)])
      by (intros ? ->; destruct (w =? a); auto).
    destruct (one_way M), m; cbn [In]; intros H;
      repeat destruct H as [H|H]; try contradiction; subst ru; cbn [whenever then_write app];
      repeat eexists; try (apply W; reflexivity); eauto 7.
  - intros [<-|[]]. exists [], [], a, Stay, Stay, q. repeat split; auto.
Qed.

Lemma written_app l l' v r : written_by (l ++ l') v r = written_by l v r ++ written_by l' v r.
Proof. apply flat_map_app. Qed.

Lemma written_silent l v r : (forall ru, In ru l -> fires v ru = false) -> written_by l v r = [].
Proof.
  induction l as [|ru l IH]; intros H; [reflexivity|]. cbn [written_by flat_map]. rewrite H by now left.
  apply IH. auto with datatypes.
Qed.

Lemma written_one (f : nat -> list rule) x n v r : x < n -> (forall y, y <> x -> written_by (f y) v r = []) ->
  written_by (flat_map f (seq 0 n)) v r = written_by (f x) v r.
Proof.
  intros Hx H. assert (N : forall l, ~ In x l -> written_by (flat_map f l) v r = []).
  { induction l as [|y l IH]; intros Hl; [reflexivity|]. cbn [flat_map]. rewrite written_app, H, IH; auto with datatypes.
    intros ->. apply Hl. now left. }
  pose proof (seq_NoDup n 0) as D. destruct (in_split x (seq 0 n)) as (l1 & l2 & E); [apply in_seq; lia|].
  rewrite E in *. apply NoDup_remove_2 in D. rewrite flat_map_app. cbn [flat_map]. rewrite !written_app, !N, app_nil_r;
    [reflexivity | intros I; apply D; apply in_app_iff; auto ..].
Qed.

Lemma transition_silent q a v r : v (arriving M) <> Some q \/ v (symbol M) <> Some a ->
  written_by (transition M q a) v r = [].
Proof.
  intros H. apply written_silent. intros ru I. destruct (transition_rule q a ru I) as (rest & ? & ? & ? & ? & ? & _ & E & _).
  unfold fires. rewrite E. cbn [forallb]. unfold is_held at 1 2. cbn [fst snd].
  destruct (v (arriving M)) as [q'|]; [|reflexivity]. destruct (v (symbol M)) as [a'|]; [|apply andb_false_r].
  destruct (Nat.eqb_spec q' q), (Nat.eqb_spec a' a); subst; try reflexivity. destruct H; congruence.
Qed.

Lemma written_nothing v r : v (arriving M) = None -> written_by (transitions M) v r = [].
Proof.
  intros H. unfold transitions. generalize (seq 0 (states M)). induction l as [|q l IH]; [reflexivity|].
  cbn [flat_map]. rewrite written_app, IH, app_nil_r. generalize (seq 0 (symbols M)).
  induction l0 as [|a l' IH']; [reflexivity|]. cbn [flat_map]. rewrite written_app, IH', app_nil_r.
  apply transition_silent. left. congruence.
Qed.

(** Where state [q] arrives and symbol [a] stands, their transition writes, and nothing else. *)
Lemma written_something v r q a (first : bool) w m p : q < states M -> a < symbols M ->
  v (arriving M) = Some q -> v (symbol M) = Some a -> (one_way M = true -> v edge = if first then Some 0 else None) ->
  outcome q a = (w, m, p) ->
  written_by (transitions M) v r =
    (if symbol M =? r then (if w =? a then [] else [w]) else []) ++ (if message M (taken first m) =? r then [p] else []).
Proof.
  intros Hq Ha Vq Va Ve O. unfold transitions.
  rewrite (written_one (fun q => flat_map (transition M q) (seq 0 (symbols M))) q); [|exact Hq|].
  2:{ intros q' N. rewrite written_silent; [reflexivity|]. intros ru I. apply in_flat_map in I. destruct I as (a' & _ & I).
      destruct (transition_rule q' a' ru I) as (rest & ? & ? & ? & ? & ? & _ & E & _).
      unfold fires. rewrite E. cbn [forallb]. unfold is_held at 1. cbn [fst snd]. rewrite Vq.
      destruct (Nat.eqb_spec q q'); [congruence | reflexivity]. }
  rewrite (written_one (transition M q) a); [|exact Ha | intros a' N; apply transition_silent; right; congruence].
  assert (H : forall l, fires v {| whenever := (arriving M, Some q) :: (symbol M, Some a) :: l; then_write := [] |} =
    forallb (is_held v) l).
  { intros l. unfold fires. cbn [whenever forallb]. unfold is_held at 1 2. cbn [fst snd].
    rewrite Vq, Va, !Nat.eqb_refl. reflexivity. }
  unfold outcome in O. unfold transition, taken.
  destruct (delta M q a) as [[[w' m'] p']|]; injection O as <- <- <-.
  - destruct (one_way M), m', first; unfold written_by; cbn [flat_map app andb];
      unfold fires in *; cbn [whenever] in *; rewrite ?H; cbn [forallb]; unfold is_held; cbn [fst snd];
      rewrite ?Ve by reflexivity; cbn [Nat.eqb andb then_write];
      destruct (w' =? a); cbn [app filter fst]; rewrite ?app_nil_r;
      destruct (symbol M =? r); cbn [app map snd filter];
      destruct (message M _ =? r); reflexivity.
  - unfold written_by; cbn [flat_map app andb]. unfold fires in *; cbn [whenever] in *.
    rewrite H. cbn [forallb then_write filter fst].
    rewrite Nat.eqb_refl. destruct (symbol M =? r), (message M Stay =? r); reflexivity.
Qed.
End Transitions.

(** * The stage fits its registers *)
Section Program.
Variable M : machine.
Variable digits : nat.
Hypothesis machine_ok : is_machine M.
Hypothesis some_digits : 1 <= digits.
Local Notation rs := (registers M digits).

Definition the_table : table :=
  {| clears := [arriving M; message M Right; message M Left; message M Stay]; fills := []; rules := transitions M |}.
Definition asked (m : move) : nat :=
  match m with Right => left_cell M | Left => right_cell M | Stay => own_cell M end.
Definition the_stage : stage :=
  {| lookups := map (fun m => fetch M (asked m) m) [Right; Left; Stay]; then_table := the_table |}.

Lemma cellular_stage : cellular M = [the_stage].
Proof. reflexivity. Qed.

Lemma outcome_fits q a w m p : q < states M -> a < symbols M -> outcome M q a = (w, m, p) -> w < symbols M /\ p < states M.
Proof.
  intros Hq Ha. unfold outcome. destruct (delta M q a) as [[[w' m'] p']|] eqn:E; intros H; injection H as <- <- <-; eauto.
Qed.

Lemma fetch_fits m : lookup_fits rs (fetch M (asked m) m).
Proof.
  pose proof (code_type M digits) as (CL & CO & CR). pose proof (flag_type M digits) as (FB & FC & _).
  pose proof (proj1 (arriving_type M digits)) as AT.
  assert (K : forall r, kind M r -> r < length rs) by apply kind_known.
  constructor; cbn [fetch matches prefer asks null idle answer into default].
  - intros q k [E|[]]. injection E as <- <-. repeat split; try (apply K; destruct m; constructor).
    exists digits. split; [destruct m; assumption | assumption].
  - cbn [map list_sum fold_right snd]. unfold size. rewrite CO. cbn [Program.width]. lia.
  - discriminate.
  - split; [apply K; constructor | exact FC].
  - split; [apply K; constructor | exact FB].
  - intros r [<-|[]]. split; [apply K; constructor | exact FB].
  - split; [apply K; constructor|]. split; [apply K; constructor|]. now rewrite AT, message_type.
  - discriminate.
Qed.

Lemma table_fits_registers : table_fits rs the_table.
Proof.
  pose proof (proj1 (arriving_type M digits)) as AT. pose proof (symbol_type M digits) as ST.
  assert (K : forall r, kind M r -> r < length rs) by apply kind_known.
  constructor; cbn [the_table rules clears fills].
  - intros ru H. unfold transitions in H. apply in_flat_map in H. destruct H as (q & Hq & H).
    apply in_flat_map in H. destruct H as (a & Ha & H). apply in_seq in Hq. apply in_seq in Ha.
    destruct (transition_rule M q a ru H) as (rest & writes & w & m & m' & p & O & E & R & W & S).
    destruct (outcome_fits q a w m p) as [Fw Fp]; [lia | lia | exact O |].
    constructor.
    + rewrite E. destruct R as [-> | (Y & e & -> & _)]; cbn [map fst];
        repeat constructor; cbn [In]; names; try rewrite Y; lia.
    + rewrite E. intros r v [I|[I|I]]; [injection I as <- <- | injection I as <- <- |].
      * split; [apply K; constructor | rewrite AT; cbn; lia].
      * split; [apply K; constructor | rewrite ST; cbn; lia].
      * destruct R as [-> | (Y & e & -> & D)]; [destruct I|]. destruct I as [I|[]]. injection I as <- <-.
        split; [apply K; now constructor|]. rewrite (proj2 (proj2 (flag_type M digits)) Y).
        destruct D as [-> | ->]; cbn; auto.
    + rewrite W, E. intros r v I. apply in_app_iff in I. destruct I as [I|[I|[]]].
      * destruct S as [-> | ->]; [destruct I|]. destruct I as [I|[]]. injection I as <- <-.
        split; [apply K; constructor|]. rewrite ST. split; [assumption|]. right. exists (Some a). cbn. auto.
      * injection I as <- <-. split; [apply K; constructor|]. rewrite message_type. split; [assumption|].
        left. destruct m'; cbn; auto.
  - repeat constructor; cbn [In]; names; lia.
  - intros r [<-|[<-|[<-|[<-|[]]]]]; apply K; constructor.
Qed.

(** All of the program fits its registers. *)
Theorem cellular_fits st : In st (cellular M) -> stage_fits rs st.
Proof.
  rewrite cellular_stage. intros [<-|[]]. constructor; [|exact table_fits_registers].
  intros l H. cbn [the_stage lookups] in H. apply in_map_iff in H. destruct H as (m & <- & _).
  split; [apply fetch_fits | split; [exact (proj2 (arriving_type M digits)) | now left]].
Qed.

End Program.

(** * The rows *)
Section Steps.
Variable M : machine.
Variables digits width : nat.
Variable origin : Z.
Hypothesis machine_ok : is_machine M.
Hypothesis some_digits : 1 <= digits.
Hypothesis enough_digits : width + 1 <= 2 ^ digits.
Hypothesis one_way_origin : one_way M = true -> origin = 0%Z.
Local Notation rs := (registers M digits).
Local Notation at_row := (at_row origin).
Local Notation inside := (inside width origin).
Local Notation stage := (the_stage M).

(** The state in the register of move [m] in row [p]; in no row if [p] is 0. *)
Definition rows (c : configuration) (p : nat) (m : move) : stream := fun i r =>
  let told m' := if (i =? p) && (shift m' =? shift m)%Z then Some (state c) else None in
  if i =? 0 then (if r =? bos then Some 0 else None)
  else if r =? cell then Some 0
  else if (r =? edge) && one_way M then (if i =? 1 then Some 0 else None)
  else if r =? symbol M then Some (tape c (at_row i))
  else if r =? message M Right then told Right
  else if r =? message M Left then told Left
  else if r =? message M Stay then told Stay
  else if r =? left_cell M then code digits (Z.of_nat i - 2)
  else if r =? own_cell M then code digits (Z.of_nat i - 1)
  else if r =? right_cell M then code digits (Z.of_nat i)
  else None.

Section Row.
Variables (c : configuration) (p : nat) (m : move) (i : nat).
Ltac look := unfold rows; cbn [Nat.eqb]; names; destruct (one_way M); try discriminate; reflexivity.
Lemma rows_zero r : rows c p m 0 r = if r =? bos then Some 0 else None.
Proof. reflexivity. Qed.
Lemma rows_bos : rows c p m (S i) bos = None.
Proof. look. Qed.
Lemma rows_cell : rows c p m (S i) cell = Some 0.
Proof. look. Qed.
Lemma rows_edge : one_way M = true -> rows c p m (S i) edge = if S i =? 1 then Some 0 else None.
Proof. look. Qed.
Lemma rows_symbol : rows c p m (S i) (symbol M) = Some (tape c (at_row (S i))).
Proof. look. Qed.
Lemma rows_message m' : rows c p m (S i) (message M m') =
  if (S i =? p) && (shift m' =? shift m)%Z then Some (state c) else None.
Proof. destruct m'; look. Qed.
Lemma rows_arriving : rows c p m (S i) (arriving M) = None.
Proof. look. Qed.
Lemma rows_own : rows c p m (S i) (own_cell M) = code digits (Z.of_nat (S i) - 1).
Proof. look. Qed.
Lemma rows_asked m' : rows c p m (S i) (asked M m') = code digits (Z.of_nat (S i) - 1 - shift m').
Proof.
  destruct m'; cbn [asked shift];
    [replace (Z.of_nat (S i) - 1 - -1)%Z with (Z.of_nat (S i)) by lia | rewrite Z.sub_0_r |
     replace (Z.of_nat (S i) - 1 - 1)%Z with (Z.of_nat (S i) - 2)%Z by lia]; look.
Qed.
End Row.

Lemma zero_message c p m m' : rows c p m 0 (message M m') = None.
Proof. destruct m'; reflexivity. Qed.

Lemma code_fits z a : code digits z = Some a -> a < 2 ^ digits.
Proof.
  unfold code. intros H. injection H as <-.
  pose proof (Z.mod_pos_bound z (2 ^ Z.of_nat digits) ltac:(apply Z.pow_pos_nonneg; lia)).
  apply Nat2Z.inj_lt. rewrite Z2Nat.id, Nat2Z.inj_pow by apply H. apply H.
Qed.

Lemma code_same z z' : code digits z = code digits z' -> (Z.abs (z - z') <= Z.of_nat width)%Z -> z = z'.
Proof.
  unfold code. intros E A. injection E as E. apply inj_le in enough_digits. rewrite Nat2Z.inj_pow in enough_digits.
  change (Z.of_nat 2) with 2%Z in enough_digits.
  assert (P : (0 < 2 ^ Z.of_nat digits)%Z) by (apply Z.pow_pos_nonneg; lia). set (N := (2 ^ Z.of_nat digits)%Z) in *.
  apply Z2Nat.inj in E; [|apply Z.mod_pos_bound; exact P ..].
  pose proof (Z.div_mod z N ltac:(lia)). pose proof (Z.div_mod z' N ltac:(lia)). rewrite E in *.
  assert (z - z' = N * (z / N - z' / N))%Z by lia. set (d := (z / N - z' / N)%Z) in *.
  assert (d = 0 \/ 1 <= d \/ d <= -1)%Z as [D|[D|D]] by lia; [rewrite D in *; lia | nia ..].
Qed.

Lemma rows_fit_registers c p m i : is_configuration M c -> row_fits rs (rows c p m i).
Proof.
  intros (Fs & Ft & _) r a Hr. apply register_kind in Hr. destruct i as [|i].
  { rewrite rows_zero. destruct (Nat.eqb_spec r bos) as [->|]; intros E; [|discriminate]. injection E as <-.
    rewrite (proj1 (flag_type M digits)). cbn. lia. }
  pose proof (code_type M digits) as (CL & CO & CR). pose proof (flag_type M digits) as (FB & FC & FE).
  destruct Hr as [| |Y| |m'| | | |].
  - rewrite rows_bos. discriminate.
  - rewrite rows_cell, FC. intros E. injection E as <-. cbn. lia.
  - rewrite rows_edge, (FE Y) by exact Y. destruct (_ =? _); intros E; [injection E as <-; cbn; lia | discriminate].
  - rewrite rows_symbol, symbol_type. intros E. injection E as <-. apply Ft.
  - rewrite rows_message, message_type. destruct (_ && _); intros E; [injection E as <-; exact Fs | discriminate].
  - rewrite rows_arriving. discriminate.
  - change (left_cell M) with (asked M Right) at 1. rewrite rows_asked, CL. apply code_fits.
  - rewrite rows_own, CO. apply code_fits.
  - change (right_cell M) with (asked M Left) at 1. rewrite rows_asked, CR. apply code_fits.
Qed.

(** * One step *)
Section Arrival.
Variables (c : configuration) (p : nat) (m : move).
Hypothesis p_inside : p <= width.
Local Notation s := (rows c p m).

Lemma hit_row i j m' : S i <= width -> j <= width ->
  hit (fetch M (asked M m') m') s (S i) j <-> 1 <= j /\ Z.of_nat j = (Z.of_nat (S i) - shift m')%Z.
Proof.
  intros Hi Hj. unfold hit. cbn [fetch matches]. split.
  - intros H. destruct (H _ _ (or_introl eq_refl)) as (a & A1 & A2). destruct j as [|j].
    { rewrite rows_zero in A2. discriminate. }
    split; [lia|]. rewrite rows_asked in A1. rewrite rows_own in A2.
    assert (E := eq_trans A1 (eq_sym A2)). apply code_same in E; destruct m'; cbn [shift] in *; lia.
  - intros [H1 H2] q k [E|[]]. injection E as <- <-. destruct j as [|j]; [lia|]. rewrite rows_asked, rows_own, H2.
    replace (Z.of_nat (S i) - shift m' - 1)%Z with (Z.of_nat (S i) - 1 - shift m')%Z by lia.
    eexists. split; reflexivity.
Qed.

(** The state, in the row that the tape head is at. *)
Definition arrived (i : nat) : option nat :=
  if (1 <=? i) && (1 <=? p) && (Z.of_nat i =? Z.of_nat p + shift m)%Z then Some (state c) else None.
Definition heard (i : nat) (m' : move) : option nat := if (shift m' =? shift m)%Z then arrived i else None.

Lemma finds_heard i m' : i <= width -> finds (fetch M (asked M m') m') s (S width) i (heard i m').
Proof.
  intros Hi. unfold finds. cbn [fetch asks answer]. unfold by_default. cbn [fetch default answer].
  rewrite zero_message. unfold heard, arrived. destruct i as [|i].
  { right. split; [left; reflexivity|]. destruct (_ =? _)%Z; reflexivity. }
  destruct (Z_le_dec 1 (Z.of_nat (S i) - shift m')) as [L|L].
  1: destruct (Z_le_dec (Z.of_nat (S i) - shift m') (Z.of_nat width)) as [U|U].
  - left. split; [apply rows_cell|]. exists (Z.to_nat (Z.of_nat (S i) - shift m')).
    destruct (Z.to_nat (Z.of_nat (S i) - shift m')) as [|j] eqn:J; [lia|].
    assert (V : s (S j) (message M m') = if (shift m' =? shift m)%Z then
      if (1 <=? S i) && (1 <=? p) && (Z.of_nat (S i) =? Z.of_nat p + shift m)%Z then Some (state c) else None else None).
    { rewrite rows_message. destruct (Z.eqb_spec (shift m') (shift m)) as [E|E]; [|now rewrite andb_false_r].
      rewrite andb_true_r. destruct (Nat.eqb_spec (S j) p), (Nat.leb_spec 1 (S i)), (Nat.leb_spec 1 p),
        (Z.eqb_spec (Z.of_nat (S i)) (Z.of_nat p + shift m)); cbn [andb]; try reflexivity; lia. }
    repeat split; [lia | discriminate | apply hit_row; lia | exact V | cbn; lia |].
    intros _. apply hit_row in H1; [|lia..]. replace j' with (S j) by lia. exact V.
  - right. split; [right; intros j Hj _ H; apply hit_row in H; lia|].
    destruct (Z.eqb_spec (shift m') (shift m)), (Nat.leb_spec 1 (S i)), (Nat.leb_spec 1 p),
      (Z.eqb_spec (Z.of_nat (S i)) (Z.of_nat p + shift m)); cbn [andb]; try reflexivity; lia.
  - right. split; [right; intros j Hj _ H; apply hit_row in H; lia|].
    destruct (Z.eqb_spec (shift m') (shift m)), (Nat.leb_spec 1 (S i)), (Nat.leb_spec 1 p),
      (Z.eqb_spec (Z.of_nat (S i)) (Z.of_nat p + shift m)); cbn [andb]; try reflexivity; lia.
Qed.

Definition attended_row (i r : nat) : option nat := if r =? arriving M then arrived i else s i r.

(** What a row holds after attention. *)
Lemma hears_arrived i : i <= width -> hears (lookups stage) s (S width) i (attended_row i).
Proof.
  intros Hi. exists [heard i Right; heard i Left; heard i Stay]. split; [|split].
  - do 3 (apply Forall2_cons; [now apply finds_heard|]). constructor.
  - assert (A : s i (arriving M) = None) by (destruct i; [reflexivity | apply rows_arriving]).
    intros l H. cbn [the_stage lookups] in H. apply in_map_iff in H. destruct H as (m' & <- & _). exact A.
  - intros r. unfold attended_row. rewrite (Nat.eqb_sym r).
    cbn [the_stage lookups map combine filter fst snd fetch into].
    assert (A : arriving M = r -> s i r = None) by (intros <-; destruct i; [reflexivity | apply rows_arriving]).
    destruct (Nat.eqb_spec (arriving M) r) as [E|E]; cbn [andb]; [|reflexivity]. rewrite (A E). unfold heard.
    destruct m; cbn [shift Z.eqb Pos.eqb]; destruct (arrived i); reflexivity.
Qed.

Lemma lookups_fine l : In l (lookups stage) -> lookup_ok rs l (S width) s.
Proof.
  intros H. cbn [the_stage lookups] in H. apply in_map_iff in H. destruct H as (m' & <- & _).
  constructor; cbn [fetch asks idle matches null prefer default answer].
  - intros [|i] Hi.
    + right. split; [reflexivity|]. split.
      * exists [], bos, []. repeat split. intros r' [].
      * intros q k [E|[]]. injection E as <- <-. destruct m'; reflexivity.
    + left. split; [apply rows_cell|]. split.
      * intros r [<-|[]]. apply rows_bos.
      * intros q k [E|[]]. injection E as <- <-. rewrite rows_asked. discriminate.
  - split; [reflexivity|]. split; [|split; [discriminate | congruence]].
    intros q k [E|[]]. injection E as <- <-. reflexivity.
  - intros [|j] Hj; [lia|]. split; [apply rows_bos|]. left. split; [|discriminate].
    intros q k [E|[]]. injection E as <- <-. rewrite rows_own. discriminate.
Qed.
End Arrival.

Lemma attended_fits c p m i : is_configuration M c -> row_fits rs (attended_row c p m i).
Proof.
  intros C r a Hr. unfold attended_row. destruct (Nat.eqb_spec r (arriving M)) as [->|].
  - rewrite (proj1 (arriving_type M digits)). unfold arrived. destruct (_ && _); intros E; [|discriminate].
    injection E as <-. apply C.
  - now apply rows_fit_registers.
Qed.

Section OneStep.
Variables (c c' : configuration) (p p' : nat) (m m' : move).
Hypothesis p_inside : p <= width.
Hypothesis c_fits : is_configuration M c.
(** Where nothing arrives nothing changes; where the state arrives, its transition is made. *)
Hypothesis quiet : forall i, 1 <= i <= width -> arrived c p m i = None -> p' <> i /\ tape c' (at_row i) = tape c (at_row i).
Hypothesis made : forall i, 1 <= i <= width -> arrived c p m i <> None ->
  p' = i /\ exists mv, outcome M (state c) (tape c (at_row i)) = (tape c' (at_row i), mv, state c') /\
    m' = taken M (i =? 1) mv.
Local Notation v i := (attended_row c p m i).

Lemma attended_arriving i : v i (arriving M) = arrived c p m i.
Proof. unfold attended_row. now rewrite Nat.eqb_refl. Qed.

Lemma attended_other i r : r <> arriving M -> v i r = rows c p m i r.
Proof. intros N. unfold attended_row. now destruct (Nat.eqb_spec r (arriving M)). Qed.

(** What the table writes in a row. *)
Lemma row_written i r : i <= width -> written_by (transitions M) (v i) r =
  if arrived c p m i then
    (if symbol M =? r then (if tape c' (at_row i) =? tape c (at_row i) then [] else [tape c' (at_row i)]) else []) ++
    (if message M m' =? r then [state c'] else [])
  else [].
Proof.
  intros Hi. destruct (arrived c p m i) as [q|] eqn:A.
  - destruct i as [|i]; [discriminate A|]. destruct (made (S i)) as (_ & mv & O & ->); [lia | congruence|].
    assert (Q : q = state c) by (unfold arrived in A; destruct (_ && _); congruence). subst q.
    apply (written_something M) with (q := state c); try apply c_fits.
    + now rewrite attended_arriving.
    + rewrite attended_other, rows_symbol; [reflexivity | names; lia].
    + intros Y. rewrite attended_other, rows_edge; [reflexivity | exact Y | names; lia].
    + exact O.
  - apply written_nothing. now rewrite attended_arriving.
Qed.

Lemma row_table_ok i : i <= width -> table_ok (the_table M) (v i).
Proof.
  intros Hi r. cbn [the_table rules fills clears]. rewrite row_written by exact Hi. split; [|intros []].
  destruct (arrived c p m i); [|cbn; lia].
  destruct (Nat.eqb_spec (symbol M) r) as [<-|].
  - replace (message M m' =? symbol M) with false by (destruct m'; names; destruct (one_way M); reflexivity).
    destruct (_ =? _); cbn; lia.
  - destruct (_ =? _); cbn; lia.
Qed.

Lemma row_after i r : i <= width -> kind M r -> rows c' p' m' i r = table_after (the_table M) (v i) r.
Proof.
  intros Hi K. unfold table_after. cbn [the_table rules clears]. rewrite row_written by exact Hi.
  destruct i as [|i].
  { change (arrived c p m 0) with (@None nat). cbn iota. rewrite rows_zero.
    destruct K as [| | | |m2| | | |]; try (rewrite attended_other by (names; lia));
      names; destruct (one_way M); try destruct m2; try discriminate; reflexivity. }
  destruct (arrived c p m (S i)) as [q|] eqn:A.
  - destruct (made (S i)) as (-> & _); [lia | congruence|].
    destruct K as [| |Y| |m2| | | |]; try (rewrite attended_other by (names; lia));
      rewrite ?rows_symbol, ?rows_message, ?rows_arriving.
    all: try (unfold rows; names; destruct (one_way M); try discriminate; destruct m'; reflexivity).
    + replace (message M m' =? symbol M) with false by (destruct m'; names; destruct (one_way M); reflexivity).
      rewrite Nat.eqb_refl, app_nil_r.
      destruct (Nat.eqb_spec (tape c' (at_row (S i))) (tape c (at_row (S i)))) as [E|]; [|reflexivity].
      rewrite E. names. destruct (one_way M); reflexivity.
    + rewrite message_eqb, cleared_message, Nat.eqb_refl, Z.eqb_sym.
      replace (symbol M =? message M m2) with false by (destruct m2; names; destruct (one_way M); reflexivity).
      cbn [andb app]. destruct (_ =? _)%Z; reflexivity.
  - destruct (quiet (S i)) as (N & T); [lia | exact A|].
    destruct K as [| |Y| |m2| | | |]; try (rewrite attended_other by (names; lia));
      rewrite ?rows_symbol, ?rows_message, ?rows_arriving, ?cleared_message.
    all: try (unfold rows; names; destruct (one_way M); try discriminate; reflexivity).
    + rewrite T. names. destruct (one_way M); reflexivity.
    + destruct (Nat.eqb_spec (S i) p'); [congruence | reflexivity].
Qed.

Lemma one_step : stage_step rs stage (S width) (rows c p m) (rows c' p' m').
Proof.
  constructor.
  - intros i _. now apply rows_fit_registers.
  - now apply lookups_fine.
  - intros i Hi. exists (v i). split; [apply hears_arrived; lia|]. split; [now apply attended_fits|].
    split; [apply row_table_ok; lia|]. intros r Hr. apply row_after; [lia | now apply (register_kind M digits)].
Qed.
End OneStep.

(** * The machine *)
Definition advance (c : configuration) : configuration := match step M c with Some next => next | None => c end.

Lemma advance_outcome c w m q : is_configuration M c -> outcome M (state c) (tape c (head c)) = (w, m, q) ->
  state (advance c) = q /\ head (advance c) = moved M (head c) m /\
  forall z, tape (advance c) z = if (z =? head c)%Z then w else tape c z.
Proof.
  intros (_ & _ & H). unfold outcome, advance, step.
  destruct (delta M _ _) as [[[w' m'] q']|]; intros E; injection E as <- <- <-.
  - repeat split.
  - repeat split.
    + unfold moved. cbn [shift]. destruct (one_way M); [specialize (H eq_refl)|]; lia.
    + intros z. now destruct (Z.eqb_spec z (head c)) as [->|].
Qed.

Lemma advance_fits c : is_configuration M c -> is_configuration M (advance c).
Proof.
  intros C. destruct (outcome M (state c) (tape c (head c))) as [[w m] q] eqn:O.
  destruct (advance_outcome c w m q C O) as (E1 & E2 & E3). destruct C as (Fs & Ft & Fh).
  destruct (outcome_fits M machine_ok _ _ _ _ _ Fs (Ft _) O) as [Fw Fq].
  repeat split; [now rewrite E1 | intros z; rewrite E3; destruct (_ =? _)%Z; auto |].
  intros Y. rewrite E2. unfold moved. rewrite Y. lia.
Qed.

Lemma run_fits t c : is_configuration M c -> is_configuration M (run M t c).
Proof. intros C. induction t as [|t IH]; [exact C | exact (advance_fits _ IH)]. Qed.

(** The tape head inside: one step of the machine. *)
Lemma step_inside c p m : is_configuration M c -> 1 <= p <= width -> head c = (at_row p + shift m)%Z -> inside (head c) ->
  exists p' m', 1 <= p' <= width /\ head (advance c) = (at_row p' + shift m')%Z /\
    stage_step rs stage (S width) (rows c p m) (rows (advance c) p' m').
Proof.
  intros C Hp Hh I. destruct (outcome M (state c) (tape c (head c))) as [[w mv] q] eqn:O.
  destruct (advance_outcome c w mv q C O) as (E1 & E2 & E3).
  unfold Decoding.inside in I. set (h := Z.to_nat (head c - origin + 1)).
  assert (Hat : forall i, at_row i = head c <-> Z.of_nat i = Z.of_nat h) by (intros i; unfold Cellular.at_row, h; lia).
  exists h, (taken M (h =? 1) mv). split; [unfold h; lia|]. split.
  - rewrite E2, (proj2 (Hat h) eq_refl). unfold moved, taken. destruct (one_way M) eqn:Y.
    + specialize (one_way_origin eq_refl). destruct mv; cbn [andb shift]; [|lia..].
      destruct (Nat.eqb_spec h 1) as [H1|H1]; cbn [shift]; unfold h in H1; lia.
    + destruct mv; reflexivity.
  - assert (A : forall i, 1 <= i -> arrived c p m i <> None <-> at_row i = head c).
    { intros i Hi. unfold arrived. rewrite Hh. unfold Cellular.at_row.
      destruct (Nat.leb_spec 1 i), (Nat.leb_spec 1 p), (Z.eqb_spec (Z.of_nat i) (Z.of_nat p + shift m)); cbn [andb];
        split; intros; try discriminate; try congruence; lia. }
    apply one_step; [lia | exact C | |].
    + intros i Hi N. assert (D : at_row i <> head c) by (intros D; now apply A in D). split.
      * intros <-. apply D. now apply Hat.
      * rewrite E3. now destruct (Z.eqb_spec (at_row i) (head c)).
    + intros i Hi S. apply A in S; [|lia]. rewrite S, O, E1, E3, Z.eqb_refl.
      apply Hat in S. assert (i = h) as -> by lia. split; [reflexivity|]. now exists mv.
Qed.

(** No message, or one that leaves the window: from then on there is none. *)
Lemma step_outside c p m : is_configuration M c -> p <= width ->
  p = 0 \/ head c = (at_row p + shift m)%Z /\ ~ inside (head c) ->
  stage_step rs stage (S width) (rows c p m) (rows c 0 m).
Proof.
  intros C Hp H. assert (A : forall i, i <= width -> arrived c p m i = None).
  { intros i Hi. unfold arrived, Decoding.inside, Cellular.at_row in *.
    destruct (Nat.leb_spec 1 i), (Nat.leb_spec 1 p), (Z.eqb_spec (Z.of_nat i) (Z.of_nat p + shift m)); cbn [andb];
      try reflexivity. exfalso. destruct H as [H|[J1 J2]]; lia. }
  apply one_step; [exact Hp | exact C | | intros i Hi N; now rewrite A in N].
  intros i Hi _. split; [lia | reflexivity].
Qed.

Lemma prompt_rows c p i r : (forall i, 1 <= i <= width -> i = p <-> at_row i = head c) -> i <= width -> r < length rs ->
  prompt M digits origin c i r = rows c p Stay i r.
Proof.
  intros H Hi K. apply register_kind in K. destruct i as [|i]; [reflexivity|]. specialize (H (S i)).
  assert (E : (at_row (S i) =? head c)%Z = (S i =? p)).
  { destruct (Z.eqb_spec (at_row (S i)) (head c)), (Nat.eqb_spec (S i) p); intuition lia. }
  unfold prompt, rows. cbn [Nat.eqb]. rewrite E.
  destruct K as [| |Y| |m| | | |]; try destruct m; names; destruct (one_way M); try discriminate;
    cbn [Nat.eqb Nat.add shift Z.eqb Pos.eqb andb]; rewrite ?andb_true_r, ?andb_false_r; reflexivity.
Qed.

Lemma head_row c i : inside (head c) -> i = Z.to_nat (head c - origin + 1) <-> at_row i = head c.
Proof. unfold Decoding.inside, Cellular.at_row. lia. Qed.

Variable start : configuration.
Hypothesis start_ok : is_configuration M start.
Local Notation start_rows := (prompt M digits origin start).

(** The prompt fits its registers. *)
Theorem prompt_fits i : i <= width -> row_fits rs (start_rows i).
Proof.
  intros Hi r a Hr. rewrite (prompt_rows start (Z.to_nat (head start - origin + 1)));
    [|intros; unfold Cellular.at_row; lia | assumption..].
  now apply rows_fit_registers.
Qed.

Lemma one_more T s c c' p p' m m' : loops_run rs (cellular M) T (S width) s (rows c p m) ->
  stage_step rs stage (S width) (rows c p m) (rows c' p' m') -> loops_run rs (cellular M) (S T) (S width) s (rows c' p' m').
Proof.
  intros H S. exists (rows c p m). split; [exact H|]. exists (rows c' p' m'). split; [exact S | intros i r _ _; reflexivity].
Qed.

Lemma reaches T : inside (head start) -> (forall t, t < T -> inside (head (run M t start))) ->
  (exists p m, 1 <= p <= width /\ head (run M T start) = (at_row p + shift m)%Z /\
    loops_run rs (cellular M) T (S width) start_rows (rows (run M T start) p m)) /\
  forall z, ~ inside z -> tape (run M T start) z = tape start z.
Proof.
  intros I0. induction T as [|T IH]; intros I.
  - split; [|reflexivity]. pose proof (head_row start) as H. exists (Z.to_nat (head start - origin + 1)), Stay.
    split; [unfold Decoding.inside in I0; lia|]. split.
    + cbn [run shift]. rewrite Z.add_0_r. symmetry. now apply H.
    + intros i r Hi Hr. apply prompt_rows; [intros; now apply H | lia | exact Hr].
  - destruct IH as [(p & m & Hp & Hh & R) O]; [auto|]. assert (IT : inside (head (run M T start))) by auto.
    pose proof (run_fits T start start_ok) as C. change (run M (S T) start) with (advance (run M T start)). split.
    + destruct (step_inside _ p m C Hp Hh IT) as (p' & m' & Hp' & Hh' & S). exists p', m'.
      split; [exact Hp'|]. split; [exact Hh'|]. exact (one_more _ _ _ _ _ _ _ _ R S).
    + intros z Hz. destruct (outcome M (state (run M T start)) (tape (run M T start) (head (run M T start))))
        as [[w mv] q] eqn:E.
      rewrite (proj2 (proj2 (advance_outcome _ w mv q C E))).
      destruct (Z.eqb_spec z (head (run M T start))) as [->|]; [contradiction | auto].
Qed.

(** As long as the tape head is inside the window, the rows say what the machine does. *)
Theorem cellular_runs T : inside (head start) -> (forall t, t < T -> inside (head (run M t start))) ->
  exists s, loops_run rs (cellular M) T (width + 1) start_rows s /\ says M width origin s (run M T start) /\
    forall z, ~ inside z -> tape (run M T start) z = tape start z.
Proof.
  intros I0 I. destruct (reaches T I0 I) as [(p & m & Hp & Hh & R) O]. rewrite Nat.add_1_r.
  exists (rows (run M T start) p m). split; [exact R|]. split; [|exact O]. split.
  - intros [|i] Hi; [lia | apply rows_symbol].
  - exists p, m. split; [exact Hp|]. split; [exact Hh|]. intros [|i] m' Hi; [|apply rows_message].
    rewrite zero_message. now destruct p; [lia|].
Qed.

Lemma stays_out c m T extra : is_configuration M c -> loops_run rs (cellular M) T (S width) start_rows (rows c 0 m) ->
  loops_run rs (cellular M) (extra + T) (S width) start_rows (rows c 0 m).
Proof.
  intros C H. induction extra as [|extra IH]; [exact H|]. eapply (one_more (extra + T)); [exact IH|].
  apply step_outside; [exact C | lia | now left].
Qed.

(** Once the tape head has left the window no row holds a message, and nothing changes. *)
Theorem cellular_leaves T : (forall t, t < T -> inside (head (run M t start))) -> ~ inside (head (run M T start)) ->
  forall T', T < T' -> exists s, loops_run rs (cellular M) T' (width + 1) start_rows s /\
    (forall i m, i <= width -> s i (message M m) = None) /\
    (forall i, 1 <= i <= width -> s i (symbol M) = Some (tape (run M T start) (at_row i))) /\
    forall z, ~ inside z -> tape (run M T start) z = tape start z.
Proof.
  intros I L T' HT. pose proof (run_fits T start start_ok) as C. rewrite Nat.add_1_r.
  assert (H : exists m, loops_run rs (cellular M) T' (S width) start_rows (rows (run M T start) 0 m) /\
    forall z, ~ inside z -> tape (run M T start) z = tape start z).
  { destruct T as [|T].
    - exists Stay. split; [|reflexivity]. rewrite <- (Nat.add_0_r T'). apply stays_out; [exact C|].
      intros i r Hi Hr. apply prompt_rows; [|lia | exact Hr]. intros j Hj. cbn [run] in *.
      unfold Decoding.inside, Cellular.at_row in *. lia.
    - destruct (reaches (S T)) as [(p & m & Hp & Hh & R) O]; [apply (I 0); lia | exact I|]. exists m. split; [|exact O].
      replace T' with (T' - S (S T) + S (S T)) by lia. apply stays_out; [exact C|]. eapply one_more; [exact R|].
      apply step_outside; [exact C | lia | now right]. }
  destruct H as (m & H & O). exists (rows (run M T start) 0 m). split; [exact H|]. split; [|split; [|exact O]].
  - intros [|i] m' Hi; [apply zero_message | now rewrite rows_message].
  - intros [|i] Hi; [lia | apply rows_symbol].
Qed.
End Steps.
