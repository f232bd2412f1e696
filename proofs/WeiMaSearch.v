(** The search stages and the fetch stage of wei_ma, in symbols: row by row they find the latest record of the cell that
    the tape head is at, one digit of its time after another, and read from it the symbol that stands there. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program Symbolic WeiMa WeiMaRows WeiMaRegisters.
Import ListNotations.

(** * Digits of times *)
Section Digits.
Variables B D : nat.
Hypothesis base : 2 <= B.

Lemma digit_below t d : time_digit B t d < B.
Proof. apply Nat.mod_upper_bound. lia. Qed.

Lemma digit_split t d : t / B ^ d = B * (t / B ^ S d) + time_digit B t d.
Proof.
  unfold time_digit. rewrite Nat.pow_succ_r', (Nat.mul_comm B (B ^ d)), <- Nat.div_div by (try apply Nat.pow_nonzero; lia).
  apply Nat.div_mod. lia.
Qed.

(** Times whose digits agree from [d] on. *)
Lemma same_digits j m d : j < B ^ D -> m < B ^ D -> d <= D ->
  (forall e, d <= e < D -> time_digit B j e = time_digit B m e) -> j / B ^ d = m / B ^ d.
Proof.
  intros Hj Hm Hd. remember (D - d) as k eqn:Hk. revert d Hd Hk. induction k as [|k IH]; intros d Hd Hk E.
  - replace d with D by lia. now rewrite !Nat.div_small.
  - rewrite (digit_split j), (digit_split m), (E d), (IH (S d)) by lia || (intros; apply E; lia). reflexivity.
Qed.

(** A time that all digits agree with. *)
Lemma same_time j m : j < B ^ D -> m < B ^ D -> (forall e, e < D -> time_digit B j e = time_digit B m e) -> j = m.
Proof.
  intros Hj Hm E. assert (H : j / B ^ 0 = m / B ^ 0) by (apply same_digits; trivial; [lia | intros; apply E; lia]).
  cbn [Nat.pow] in H. now rewrite !Nat.div_1_r in H.
Qed.

(** Of times with the same higher digits, the latest one has the largest next digit. *)
Lemma digit_order j m d : j < B ^ D -> m < B ^ D -> d < D -> j <= m ->
  (forall e, S d <= e < D -> time_digit B j e = time_digit B m e) -> time_digit B j d <= time_digit B m d.
Proof.
  intros Hj Hm Hd Hle E. pose proof (same_digits j m (S d) Hj Hm Hd E) as H.
  assert (j / B ^ d <= m / B ^ d) as Q by (apply Nat.div_le_mono; [apply Nat.pow_nonzero|]; lia).
  rewrite (digit_split j), (digit_split m), H in Q. lia.
Qed.
End Digits.

(** Cells are the same if all their digits are. *)
Lemma same_cell_digits K z z' :
  same_cell K z z' = true <-> forall i, i < K -> cell_digit z i = cell_digit z' i.
Proof.
  unfold same_cell, cell_digit. rewrite Z.eqb_eq. split.
  - intros E i Hi. rewrite <- (Z.mod_pow2_bits_low z (Z.of_nat K)), <- (Z.mod_pow2_bits_low z' (Z.of_nat K)), E by lia.
    reflexivity.
  - intros E. apply Z.bits_inj'. intros n Hn. destruct (Z.lt_ge_cases n (Z.of_nat K)).
    + rewrite !Z.mod_pow2_bits_low by lia. specialize (E (Z.to_nat n) ltac:(lia)). rewrite Z2Nat.id in E by lia.
      destruct (Z.testbit z n), (Z.testbit z' n); congruence.
    + rewrite !Z.mod_pow2_bits_high by lia. reflexivity.
Qed.

(** * Searching lists *)
Lemma find_latest p n : match find p (rev (seq 0 n)) with
  | Some m => m < n /\ p m = true /\ forall j, j < n -> p j = true -> j <= m
  | None => forall j, j < n -> p j = false
  end.
Proof.
  induction n as [|n IH]; [cbn; lia|]. rewrite seq_S, rev_app_distr. cbn [rev app find Nat.add]. destruct (p n) eqn:E.
  - repeat split; trivial; lia.
  - destruct (find p (rev (seq 0 n))) as [m|].
    + destruct IH as (H1 & H2 & H3). repeat split; trivial; [lia|]. intros j Hj Pj.
      destruct (Nat.eq_dec j n) as [->|]; [congruence | apply H3; trivial; lia].
    + intros j Hj. destruct (Nat.eq_dec j n) as [->|]; [trivial | apply IH; lia].
Qed.

Lemma find_same (p q : nat -> bool) l : (forall j, In j l -> p j = q j) -> find p l = find q l.
Proof. induction l as [|x l IH]; cbn; intros H; [trivial|]. rewrite (H x), IH by auto. reflexivity. Qed.

(** * A stage of one lookup, whose table copies what was found *)
Section Copy.
Variable rs : list register.
Variables x y N : nat.

Definition copies (k : nat) : rule := {| whenever := [on_step; (x, Some k)]; then_write := [(y, k)] |}.

Lemma copied v a r lo n : v x = Some a -> v is_step = Some 0 \/ v is_step = None ->
  written_by (map copies (seq lo n)) v r =
  if (match v is_step with Some _ => true | None => false end) && (lo <=? a) && (a <? lo + n) && (y =? r) then [a] else [].
Proof.
  intros Hx Hs. revert lo. induction n as [|n IH]; intros lo.
  - cbn [seq map]. destruct (Nat.leb_spec lo a), (Nat.ltb_spec a (lo + 0)); try lia; destruct (v is_step); reflexivity.
  - unfold written_by in *. cbn [seq map flat_map]. rewrite IH. clear IH. unfold fires, copies, is_held.
    cbn [whenever then_write forallb fst snd on_step filter map]. rewrite Hx.
    destruct Hs as [-> | ->]; cbn [Nat.eqb andb]; [|reflexivity].
    destruct (Nat.eqb_spec a lo) as [<-|Hne].
    + destruct (Nat.leb_spec a a), (Nat.leb_spec (S a) a), (Nat.ltb_spec a (a + S n)); try lia. cbn [andb].
      destruct (y =? r); reflexivity.
    + replace (lo + S n) with (S lo + n) by lia. cbn [andb app].
      destruct (Nat.leb_spec (S lo) a), (Nat.leb_spec lo a); try lia; reflexivity.
Qed.

Lemma copy_stage l n s s' : into l = x -> y <> x -> is_step <> x ->
  (forall i, i < n -> row_fits rs (s i)) -> lookup_ok rs l n s ->
  (forall i, i < n -> s i x = None /\ s' i x = None /\ (forall r, r < length rs -> r <> x -> r <> y -> s' i r = s i r) /\
    exists a, finds l s n i (Some a) /\ fits (type_of rs x) a /\ a < N /\
      ((s i is_step = Some 0 /\ s i y = None /\ s' i y = Some a) \/ (s i is_step = None /\ s' i y = s i y))) ->
  stage_step rs {| lookups := [l]; then_table := {| clears := [x]; fills := [y]; rules := over N copies |} |} n s s'.
Proof.
  intros Hl Hxy Hsx Hfit Hok Hrow. split; cbn [lookups then_table]; [assumption | intros l' [<-|[]]; assumption |].
  intros i Hi. destruct (Hrow i Hi) as (E1 & E2 & Same & a & Hfinds & Hfits & Ha & Hy).
  exists (fun r => if r =? x then Some a else s i r).
  set (v := fun r => if r =? x then Some a else s i r).
  assert (Vx : v x = Some a) by (unfold v; now rewrite Nat.eqb_refl).
  assert (Vother : forall r, r <> x -> v r = s i r) by (intros r Hr; unfold v; now rewrite (proj2 (Nat.eqb_neq r x) Hr)).
  assert (W : forall r, written_by (over N copies) v r =
    if (match s i is_step with Some _ => true | None => false end) && (y =? r) then [a] else []).
  { intros r. unfold over. rewrite (copied v a r 0 N Vx), (Vother is_step) by
      (trivial; rewrite (Vother is_step) by trivial; destruct Hy as [(-> & _)|(-> & _)]; auto).
    cbn [Nat.leb]. rewrite (proj2 (Nat.ltb_lt a (0 + N))) by lia. now rewrite !andb_true_r. }
  split; [|split; [|split]].
  - exists [Some a]. split; [|split].
    + constructor; [assumption | constructor].
    + intros l' [<-|[]]. now rewrite Hl.
    + intros r. cbn [combine filter fst snd]. rewrite Hl. destruct (Nat.eqb_spec x r) as [<-|Hr]; cbn [andb].
      * assumption.
      * apply Vother. auto.
  - intros r b Hr. destruct (Nat.eq_dec r x) as [->|Hne].
    + rewrite Vx. now intros [= <-].
    + rewrite Vother by assumption. now apply Hfit.
  - intros r. cbn [rules fills clears]. rewrite W. split; [destruct (_ && _); cbn; lia|].
    intros [<-|[]] _ Hw. rewrite Vother by assumption. rewrite Nat.eqb_refl, andb_true_r in Hw.
    destruct Hy as [(_ & -> & _)|(E & _)]; [reflexivity | rewrite E in Hw; contradiction].
  - intros r Hr. unfold table_after. cbn [rules clears existsb]. rewrite W, orb_false_r.
    destruct (Nat.eqb_spec y r) as [<-|Hyr].
    + rewrite andb_true_r, (proj2 (Nat.eqb_neq y x)), Vother by assumption.
      destruct Hy as [(-> & _ & ->)|(-> & ->)]; reflexivity.
    + rewrite andb_false_r. destruct (Nat.eqb_spec r x) as [->|Hx]; [assumption|].
      rewrite Vother by assumption. apply Same; auto.
Qed.
End Copy.

Section Search.
Variable M : machine.
Variables K D B bits blank : nat.
Variable origin : Z.
Variable R : nat.
Variable start : configuration.
Variable T : nat.
Hypothesis sound : is_machine M.
Hypothesis starts : is_configuration M start.
Hypothesis two_way : one_way M = false.
Hypothesis cells_two : 2 <= K.
Hypothesis some_digits : 1 <= D.
Hypothesis base : 2 <= B.
Hypothesis digits_fit : B <= 2 ^ bits.
Hypothesis blank_fits : blank < symbols M.
Hypothesis cells_suffice : R + T <= 2 ^ K.
Hypothesis times_suffice : R + T <= B ^ D.
Hypothesis head_recorded : (origin <= head start < origin + Z.of_nat R)%Z.
Hypothesis elsewhere_blank : forall z, ~ (origin <= z < origin + Z.of_nat R)%Z -> tape start z = blank.

Notation conf := (conf M start).
Notation record_cell := (record_cell M origin R start).
Notation record_symbol := (record_symbol M origin R start).
Notation latest := (latest M K origin R start).
Notation regs := (registers M K D bits).
Notation S := (rows M K D B origin R start).

(** * The machine *)
Lemma head_step t : (Z.abs (head (conf (Datatypes.S t)) - head (conf t)) <= 1)%Z.
Proof.
  unfold WeiMaRows.conf. cbn [run]. unfold step, moved. rewrite two_way.
  destruct (delta M _ _) as [[[w m] p]|]; cbn [head]; [destruct m; cbn [shift]|]; lia.
Qed.

Lemma head_steps t k : (Z.abs (head (conf (t + k)) - head (conf t)) <= Z.of_nat k)%Z.
Proof.
  induction k as [|k IH]; [rewrite Nat.add_0_r; lia|]. rewrite Nat.add_succ_r. pose proof (head_step (t + k)). lia.
Qed.

Lemma tape_elsewhere t z : z <> head (conf t) -> tape (conf (Datatypes.S t)) z = tape (conf t) z.
Proof.
  unfold WeiMaRows.conf. cbn [run]. unfold step. intros H.
  destruct (delta M _ _) as [[[w m] p]|]; cbn [tape]; [|reflexivity]. now rewrite (proj2 (Z.eqb_neq _ _) H).
Qed.

Lemma conf_sound t : state (conf t) < states M /\ forall z, tape (conf t) z < symbols M.
Proof.
  unfold WeiMaRows.conf. induction t as [|t [IH1 IH2]]; cbn [run]; [split; apply starts|].
  unfold step. destruct (delta M _ _) as [[[w m] p]|] eqn:E; [|split; assumption].
  destruct (sound _ _ _ _ _ IH1 (IH2 _) E). cbn [state tape]. split; [assumption|]. intros z.
  destruct (Z.eqb _ _); [assumption | apply IH2].
Qed.

(** Recorded cells and cells of the tape head that look the same are the same. *)
Lemma cells_do_not_collide j t : j < R + T -> t <= T -> same_cell K (record_cell j) (head (conf t)) = true ->
  record_cell j = head (conf t).
Proof.
  intros Hj Ht E. unfold same_cell in E. apply Z.eqb_eq in E.
  assert (Near : (Z.abs (record_cell j - head (conf t)) < 2 ^ Z.of_nat K)%Z).
  { replace (2 ^ Z.of_nat K)%Z with (Z.of_nat (2 ^ K)) by (rewrite Nat2Z.inj_pow; reflexivity).
    unfold WeiMaRows.record_cell. destruct (Nat.ltb_spec j R).
    - pose proof (head_steps 0 t) as H0. cbn [Nat.add] in H0. change (conf 0) with start in H0. lia.
    - destruct (Nat.le_ge_cases (j - R) t) as [H1|H1].
      + pose proof (head_steps (j - R) (t - (j - R))) as H0. replace (j - R + (t - (j - R))) with t in H0 by lia. lia.
      + pose proof (head_steps t (j - R - t)) as H0. replace (t + (j - R - t)) with (j - R) in H0 by lia. lia. }
  assert (P : (0 < 2 ^ Z.of_nat K)%Z) by (apply Z.pow_pos_nonneg; lia).
  revert E Near P. generalize (record_cell j) (head (conf t)) (2 ^ Z.of_nat K)%Z. clear. intros a b p E Near P.
  pose proof (Z.div_mod a p ltac:(lia)). pose proof (Z.div_mod b p ltac:(lia)).
  assert (a / p - b / p = 0)%Z by nia. nia.
Qed.

Lemma latest_symbol_at t z : match find (fun j => (record_cell j =? z)%Z) (rev (seq 0 (R + t))) with
  | Some j => record_symbol j = tape (conf t) z
  | None => tape (conf t) z = blank
  end.
Proof.
  induction t as [|t IH].
  - rewrite Nat.add_0_r. pose proof (find_latest (fun j => (record_cell j =? z)%Z) R) as H.
    destruct (find _ _) as [m|].
    + destruct H as (Hm & E & _). apply Z.eqb_eq in E. revert E.
      unfold WeiMaRows.record_cell, WeiMaRows.record_symbol. rewrite (proj2 (Nat.ltb_lt m R) Hm). now intros <-.
    + change (conf 0) with start. apply elsewhere_blank. intros Hz.
      specialize (H (Z.to_nat (z - origin)) ltac:(lia)). apply Z.eqb_neq in H. apply H.
      unfold WeiMaRows.record_cell. rewrite (proj2 (Nat.ltb_lt _ R)) by lia. lia.
  - rewrite Nat.add_succ_r, seq_S, rev_app_distr. cbn [rev app find Nat.add].
    assert (N : (R + t <? R) = false) by (apply Nat.ltb_ge; lia).
    destruct (Z.eqb_spec (record_cell (R + t)) z) as [<-|Hne].
    + unfold WeiMaRows.record_cell, WeiMaRows.record_symbol. rewrite N.
      now replace (R + t - R) with t by lia.
    + rewrite tape_elsewhere; [exact IH|]. intros ->. apply Hne. unfold WeiMaRows.record_cell. rewrite N.
      now replace (R + t - R) with t by lia.
Qed.

(** The latest record of a cell tells the symbol there. *)
Lemma latest_symbol t : t <= T -> match latest t with
  | Some j => record_symbol j = tape (conf t) (head (conf t))
  | None => tape (conf t) (head (conf t)) = blank
  end.
Proof.
  intros Ht. unfold WeiMaRows.latest. rewrite (find_same _ (fun j => (record_cell j =? head (conf t))%Z)).
  - apply latest_symbol_at.
  - intros j Hj. rewrite <- in_rev, in_seq in Hj. destruct (Z.eqb_spec (record_cell j) (head (conf t))) as [->|Hne].
    + unfold same_cell. apply Z.eqb_refl.
    + apply not_true_is_false. intros E. apply Hne. apply cells_do_not_collide; trivial; lia.
Qed.

Lemma latest_spec t : match latest t with
  | Some m => m < R + t /\ same_cell K (record_cell m) (head (conf t)) = true /\
      forall j, j < R + t -> same_cell K (record_cell j) (head (conf t)) = true -> j <= m
  | None => forall j, j < R + t -> same_cell K (record_cell j) (head (conf t)) = false
  end.
Proof. apply find_latest. Qed.

(** * What rows hold *)
Hypothesis rows_fit_all : forall level i, i <= R + 1 + T -> row_fits regs (S level i).

Lemma rows_bos level r : S level 0 r = if r =? bos then Some 0 else None.
Proof. rewrite rows_prompt by lia. apply prompt_bos. Qed.

Ltac away := rewrite rows_prompt by lia; apply prompt_other; [unfold_registers | lia];
  intros [?|[?|[?|[(? & ? & ?)|(? & ? & ?)]]]]; lia.
Lemma input_plain level i : 1 <= i <= R -> S level i is_step = None /\ S level i (answered K D) = None /\
  S level i (fetched K D) = None /\
  (forall c, S level i (next_cell K D c) = None) /\ (forall d, S level i (found K D d) = None).
Proof. clear - some_digits. intros H. repeat split; intros; away. Qed.

(** The row that holds the record of time [x]. *)
Definition row_of (x : nat) : nat := if x <? R then Datatypes.S x else R + 1 + Datatypes.S (x - R).

Lemma row_cases j t : j <= R + 1 + t -> j = 0 \/ j = R + 1 + 0 \/ exists x, x < R + t /\ j = row_of x.
Proof.
  clear. intros H. destruct (Nat.eq_dec j 0); [auto|]. destruct (Nat.eq_dec j (R + 1 + 0)); [auto|]. right; right.
  unfold row_of. destruct (Nat.le_gt_cases j R).
  - exists (j - 1). rewrite (proj2 (Nat.ltb_lt (j - 1) R)) by lia. lia.
  - exists (j - 2). rewrite (proj2 (Nat.ltb_ge (j - 2) R)) by lia. lia.
Qed.

Lemma row_of_seen x t : x < R + t -> 0 < row_of x <= R + 1 + t.
Proof. clear. unfold row_of. destruct (Nat.ltb_spec x R); lia. Qed.

Lemma record_row level x : 1 <= level ->
  S level (row_of x) bos = None /\ S level (row_of x) (written D) = Some (record_symbol x) /\
  (forall i, i < K -> S level (row_of x) (cell D i) = Some (cell_digit (record_cell x) i)) /\
  (forall d, d < D -> S level (row_of x) (time d) = Some (time_digit B x d)).
Proof.
  clear - some_digits. intros Hl. unfold row_of, WeiMaRows.record_cell, WeiMaRows.record_symbol.
  destruct (Nat.ltb_spec x R) as [Hx|Hx].
  - rewrite !rows_prompt by lia. replace (origin + Z.of_nat x)%Z with (origin + Z.of_nat (Datatypes.S x) - 1)%Z by lia.
    repeat split; intros; rewrite ?rows_prompt by lia; [apply prompt_input_bos | apply prompt_written | apply prompt_cell |
      rewrite prompt_time by lia; do 2 f_equal]; lia.
  - rewrite !rows_step. repeat split; intros; rewrite ?rows_step.
    + apply step_row_bos.
    + rewrite step_row_written. rewrite (proj2 (Nat.leb_le 1 level) Hl). cbn [Nat.eqb]. f_equal.
      replace (R + Datatypes.S (x - R) - 1) with x by lia.
      unfold WeiMaRows.record_symbol. now rewrite (proj2 (Nat.ltb_ge x R) Hx).
    + rewrite step_row_cell by assumption. cbn [Nat.eqb]. now replace (Datatypes.S (x - R) - 1) with (x - R) by lia.
    + rewrite step_row_time by assumption. cbn [Nat.eqb]. do 2 f_equal. lia.
Qed.

Lemma start_row level : (forall i, i < K -> S level (R + 1 + 0) (cell D i) = None) /\
  (forall d, d < D -> S level (R + 1 + 0) (time d) = None).
Proof.
  clear. split; intros; rewrite rows_step; [now rewrite step_row_cell | now rewrite step_row_time].
Qed.

(** A row that asks. *)
Definition found_digit (t d : nat) : nat := match latest t with Some m => time_digit B m d | None => 0 end.

Lemma step_asks level t : 2 <= level ->
  S level (R + 1 + t) is_step = Some 0 /\ S level (R + 1 + t) bos = None /\ S level (R + 1 + t) input = None /\
  (forall i, i < K -> S level (R + 1 + t) (next_cell K D i) = Some (cell_digit (head (conf t)) i)) /\
  (forall d, d < D -> S level (R + 1 + t) (found K D d) = if 2 + D - d <=? level then Some (found_digit t d) else None).
Proof.
  clear. intros Hl. repeat split; intros; rewrite rows_step;
    [apply step_row_is_step | apply step_row_bos | apply step_row_input | rewrite step_row_next_cell by assumption |
      now rewrite step_row_found by assumption].
  destruct (Nat.eqb_spec t 0) as [->|]; [reflexivity|].
  destruct (Nat.leb_spec 1 level), (Nat.eqb_spec level 1); try lia. reflexivity.
Qed.

(** Stages after the flips change nothing but what is found, and the next symbol. *)
Lemma frame level i r : 2 <= level -> r < length regs -> ~ (exists d, d < D /\ r = found K D d /\ level = 1 + D - d) ->
  ~ (r = next_symbol D /\ level = 2 + D) -> S (Datatypes.S level) i r = S level i r.
Proof.
  clear. intros Hl Hr Hf Hn. destruct (Nat.le_gt_cases i R) as [Hi|Hi]; [now rewrite !rows_prompt|].
  replace i with (R + 1 + (i - (R + 1))) by lia. generalize (i - (R + 1)). clear i Hi. intros t. rewrite !rows_step.
  assert (L1 : (1 <=? level) = true) by (apply Nat.leb_le; lia).
  assert (L2 : (1 <=? Datatypes.S level) = true) by (apply Nat.leb_le; lia).
  assert (L3 : (level =? 1) = false) by (apply Nat.eqb_neq; lia).
  assert (L4 : (Datatypes.S level =? 1) = false) by (apply Nat.eqb_neq; lia).
  destruct (viewed M K D bits r Hr);
  rewrite ?step_row_bos, ?step_row_input, ?step_row_is_step, ?step_row_is_moved, ?step_row_in_state, ?step_row_next_state,
    ?step_row_right, ?step_row_left, ?step_row_symbol, ?step_row_written, ?step_row_next_symbol, ?step_row_answered,
    ?step_row_fetched;
  try (rewrite !step_row_time by assumption); try (rewrite !step_row_cell by assumption);
  try (rewrite !step_row_next_cell by assumption); try (rewrite !step_row_carry by assumption);
  try (rewrite !step_row_borrow by assumption); try (rewrite !step_row_found by assumption);
  rewrite ?L1, ?L2, ?L3, ?L4; try reflexivity.
  - destruct (Nat.leb_spec (3 + D) (Datatypes.S level)), (Nat.leb_spec (3 + D) level); try reflexivity; [|lia].
    exfalso. apply Hn. split; [reflexivity | lia].
  - destruct (Nat.leb_spec (2 + D - d) (Datatypes.S level)), (Nat.leb_spec (2 + D - d) level); try reflexivity; [|lia].
    exfalso. apply Hf. exists d. repeat split; lia.
Qed.

(** * Lookups among the records *)
Definition records_lookup (e ans x : nat) (p : option nat) (a : nat) : lookup :=
  {| matches := records_from K D e; answer := ans; into := x; asks := is_step; null := bos; idle := [bos; input];
     prefer := p; default := Some a; backwards := true |}.

Lemma in_records e q k : In (q, k) (records_from K D e) <->
  (exists i, i < K /\ q = next_cell K D i /\ k = cell D i) \/ (exists d, e <= d < D /\ q = found K D d /\ k = time d).
Proof.
  clear. unfold records_from, over. rewrite in_app_iff, !in_map_iff. split.
  - intros [(i & [= <- <-] & H)|(d & [= <- <-] & H)]; apply in_seq in H;
      [left; exists i | right; exists d]; repeat split; lia.
  - intros [(i & H & -> & ->)|(d & H & -> & ->)]; [left; exists i | right; exists d]; (split; [reflexivity|]);
      apply in_seq; lia.
Qed.

Lemma many {X} (f : X -> nat) l : (forall y, In y l -> f y = 1) -> list_sum (map f l) = length l.
Proof.
  clear. induction l as [|y l IH]; cbn; intros H; [reflexivity|].
  fold (list_sum (map f l)). rewrite H, IH by auto. reflexivity.
Qed.

Lemma records_ok e ans x p a level n : 2 <= level -> 2 + D <= level + e -> ans <> bos ->
  p = None \/ (exists d, d < D /\ p = Some (time d)) -> lookup_ok regs (records_lookup e ans x p a) n (S level).
Proof.
  intros Hl He Hans Hp. split; cbn [records_lookup matches asks idle null prefer default answer].
  - intros i _. destruct (Nat.le_gt_cases i R) as [Hi|Hi].
    + right. destruct (Nat.eq_dec i 0) as [->|Hi0].
      * split; [rewrite rows_bos; reflexivity|]. split.
        -- exists [], bos, [input]. split; [reflexivity|]. split; [rewrite rows_bos; reflexivity|].
           intros r [<-|[]]. rewrite rows_bos. reflexivity.
        -- intros q k Hq. apply in_records in Hq as [(c & _ & -> & _)|(d & _ & -> & _)]; rewrite rows_bos; reflexivity.
      * destruct (input_plain level i ltac:(lia)) as (E1 & _ & _ & E4 & E5). split; [assumption|]. split.
        -- exists [bos], input, []. split; [reflexivity|]. rewrite !rows_prompt by assumption.
           split; [apply prompt_input; lia|]. intros r [<-|[]]. rewrite rows_prompt by assumption.
           apply prompt_input_bos. lia.
        -- intros q k Hq. apply in_records in Hq as [(c & _ & -> & _)|(d & _ & -> & _)]; trivial.
    + left. replace i with (R + 1 + (i - (R + 1))) by lia.
      destruct (step_asks level (i - (R + 1)) Hl) as (E1 & E2 & E3 & E4 & E5).
      split; [assumption|]. split; [intros r [<-|[<-|[]]]; assumption|].
      intros q k Hq. apply in_records in Hq as [(c & Hc & -> & _)|(d & Hd & -> & _)].
      * now rewrite E4.
      * rewrite E5, (proj2 (Nat.leb_le _ _)) by lia. discriminate.
  - split; [rewrite rows_bos; reflexivity|]. repeat split.
    + intros q k Hq. apply in_records in Hq as [(c & _ & _ & ->)|(d & _ & _ & ->)]; rewrite rows_bos; reflexivity.
    + intros r ->. destruct Hp as [[=]|(d & _ & [= ->])]. rewrite rows_bos. reflexivity.
    + intros _. rewrite rows_bos. now rewrite (proj2 (Nat.eqb_neq _ _) Hans).
  - intros j [Hj _]. destruct (row_cases j j ltac:(lia)) as [->|[->|(y & _ & ->)]]; [lia| |].
    + split; [rewrite rows_step; apply step_row_bos|]. right. unfold unset. cbn [records_lookup matches].
      unfold records_from. rewrite map_app, list_sum_app. rewrite (many _ (over K _)).
      * unfold over. rewrite map_length, seq_length. lia.
      * intros [q k] H. unfold over in H. apply in_map_iff in H as (i & [= <- <-] & H). apply in_seq in H. cbn [snd].
        rewrite (proj1 (start_row level)) by lia. unfold size. now rewrite type_cell by lia.
    + destruct (record_row level y ltac:(lia)) as (E1 & _ & E3 & E4). split; [assumption|]. left. split.
      * intros q k Hq. apply in_records in Hq as [(c & Hc & _ & ->)|(d & Hd & _ & ->)]; [rewrite E3 | rewrite E4]; easy.
      * intros r ->. destruct Hp as [[=]|(d & Hd & [= ->])]. now rewrite E4.
Qed.

(** The rows that match: records of the cell whose times have the digits found. *)
Lemma hits e ans x p a level t y : 2 <= level -> 2 + D <= level + e ->
  hit (records_lookup e ans x p a) (S level) (R + 1 + t) (row_of y) <->
  same_cell K (record_cell y) (head (conf t)) = true /\ forall d, e <= d < D -> time_digit B y d = found_digit t d.
Proof.
  intros Hl He. unfold hit. cbn [records_lookup matches].
  destruct (step_asks level t Hl) as (_ & _ & _ & E4 & E5). destruct (record_row level y ltac:(lia)) as (_ & _ & F3 & F4).
  rewrite same_cell_digits. split.
  - intros H. split.
    + intros i Hi. destruct (H (next_cell K D i) (cell D i)) as (b & Hb & Hb').
      { apply in_records. left. exists i. auto. }
      rewrite E4 in Hb by assumption. rewrite F3 in Hb' by assumption. congruence.
    + intros d Hd. destruct (H (found K D d) (time d)) as (b & Hb & Hb').
      { apply in_records. right. exists d. auto. }
      rewrite E5, (proj2 (Nat.leb_le _ _)) in Hb by lia. rewrite F4 in Hb' by lia. congruence.
  - intros [H1 H2] q k Hq. apply in_records in Hq as [(i & Hi & -> & ->)|(d & Hd & -> & ->)].
    + exists (cell_digit (record_cell y) i). rewrite E4, F3, H1 by assumption. auto.
    + exists (time_digit B y d). rewrite E5, (proj2 (Nat.leb_le _ _)), F4, H2 by lia. auto.
Qed.

Lemma no_hit e ans x p a level i j : j = 0 \/ j = R + 1 + 0 -> ~ hit (records_lookup e ans x p a) (S level) i j.
Proof.
  intros Hj H. destruct (H (next_cell K D 0) (cell D 0)) as (b & _ & Hb).
  { apply in_records. left. exists 0. repeat split. lia. }
  destruct Hj as [-> | ->].
  - rewrite rows_bos in Hb. discriminate.
  - rewrite (proj1 (start_row level)) in Hb by lia. discriminate.
Qed.

(** What rows find: a step row what all records say that rank like the latest one, or the default. *)
Lemma finds_record e ans x p a level t n v : 2 <= level -> 2 + D <= level + e -> t <= T -> R + 1 + t < n ->
  let l := records_lookup e ans x p a in
  match latest t with
  | Some m => S level (row_of m) ans = v /\
      forall y, y <= m -> (forall d, e <= d < D -> time_digit B y d = time_digit B m d) ->
        rank l (S level) (row_of y) <= rank l (S level) (row_of m) /\
        (rank l (S level) (row_of y) = rank l (S level) (row_of m) -> S level (row_of y) ans = v)
  | None => v = Some a
  end -> finds l (S level) n (R + 1 + t) v.
Proof.
  intros Hl He Ht Hn l H. pose proof (latest_spec t) as L. pose proof (step_asks level t Hl) as (A & _).
  unfold finds. cbn [l records_lookup asks answer]. fold l. destruct (latest t) as [m|] eqn:Em.
  - left. split; [assumption|]. destruct L as (Hm & Sm & Mm). destruct H as [Hv H].
    exists (row_of m). pose proof (row_of_seen m t Hm). split; [lia|]. split; [intros _; lia|].
    split; [apply hits; trivial; split; [assumption|]; unfold found_digit; now rewrite Em|]. split; [assumption|].
    intros j _ Hsee Hhit. specialize (Hsee eq_refl). destruct (row_cases j t Hsee) as [Hj|[Hj|(y & Hy & ->)]].
    1, 2: exfalso; revert Hhit; apply no_hit; auto.
    apply hits in Hhit as [Sy Dy]; trivial. unfold found_digit in Dy. rewrite Em in Dy. apply H; [now apply Mm | assumption].
  - right. split; [right | exact H]. intros j _ Hsee Hhit. specialize (Hsee eq_refl).
    destruct (row_cases j t Hsee) as [Hj|[Hj|(y & Hy & ->)]].
    1, 2: revert Hhit; apply no_hit; auto.
    apply hits in Hhit as [Sy _]; trivial. rewrite L in Sy by assumption. discriminate.
Qed.

Lemma finds_default e ans x p a level n i : i <= R -> finds (records_lookup e ans x p a) (S level) n i (Some a).
Proof.
  intros Hi. right. split; [left | reflexivity]. cbn [records_lookup asks].
  destruct (Nat.eq_dec i 0) as [->|]; [rewrite rows_bos; reflexivity | apply input_plain; lia].
Qed.

(** * The stages *)
(** Digit [d] of the time of the latest record. *)
Lemma finds_digit d t n : d < D -> t <= T -> R + 1 + t < n ->
  finds (records_lookup (Datatypes.S d) (time d) (answered K D) (Some (time d)) 0) (S (1 + D - d)) n (R + 1 + t)
    (Some (found_digit t d)).
Proof.
  intros Hd Ht Hn. apply finds_record; trivial; [lia..|]. unfold found_digit. pose proof (latest_spec t) as L.
  destruct (latest t) as [m|]; [|reflexivity]. destruct L as (Hm & _).
  assert (P : forall y, S (1 + D - d) (row_of y) (time d) = Some (time_digit B y d)) by
    (intros y; apply record_row; [lia | assumption]).
  rewrite P. split; [reflexivity|]. intros y Hy Dy. unfold rank. cbn [records_lookup prefer]. rewrite !P.
  split; [|congruence]. apply (digit_order B D); trivial; lia.
Qed.

(** The symbol of the latest record. *)
Lemma finds_symbol t n : t <= T -> R + 1 + t < n ->
  finds (records_lookup 0 (written D) (fetched K D) None blank) (S (2 + D)) n (R + 1 + t)
    (Some (tape (conf t) (head (conf t)))).
Proof.
  intros Ht Hn. apply finds_record; trivial; [lia..|]. pose proof (latest_spec t) as L. pose proof (latest_symbol t Ht) as Q.
  destruct (latest t) as [m|]; [|now rewrite Q]. destruct L as (Hm & _).
  assert (P : S (2 + D) (row_of m) (written D) = Some (tape (conf t) (head (conf t)))).
  { rewrite <- Q. apply record_row. lia. }
  split; [exact P|]. intros y Hy Dy. replace y with m; [auto|]. symmetry.
  apply (same_time B D); trivial; [lia..|]. intros e Hd. apply Dy. lia.
Qed.

Theorem search_stage_runs d t : d < D -> t <= T ->
  stage_step regs (search_stage K D B d) (R + 2 + t) (S (1 + D - d)) (S (2 + D - d)).
Proof.
  intros Hd Ht. replace (2 + D - d) with (Datatypes.S (1 + D - d)) by lia.
  apply (copy_stage regs (answered K D) (found K D d) B
    (records_lookup (Datatypes.S d) (time d) (answered K D) (Some (time d)) 0));
    [reflexivity | unfold_registers; lia | unfold_registers; lia | intros; apply rows_fit_all; lia |
     apply records_ok; [lia | lia | discriminate | right; now exists d] |].
  intros i Hi.
  assert (Same : forall r, r < length regs -> r <> answered K D -> r <> found K D d ->
    S (Datatypes.S (1 + D - d)) i r = S (1 + D - d) i r).
  { intros r Hr _ Hne. apply frame; trivial; [lia | | lia]. intros (d' & Hd' & -> & E). apply Hne. f_equal. lia. }
  rewrite type_answered. cbn [fits]. destruct (Nat.le_gt_cases i R) as [Hi'|Hi'].
  - assert (P : forall level, S level i (answered K D) = None /\ S level i (found K D d) = None /\ S level i is_step = None).
    { intros level. destruct (Nat.eq_dec i 0) as [->|]; [rewrite !rows_bos; auto|].
      destruct (input_plain level i ltac:(lia)) as (E1 & E2 & _ & _ & E5). auto. }
    repeat split; try apply P; trivial. exists 0. repeat split; [now apply finds_default | lia.. |].
    right. split; [apply P|]. now rewrite !(proj1 (proj2 (P _))).
  - replace i with (R + 1 + (i - (R + 1))) in * by lia. set (t' := i - (R + 1)) in *. clearbody t'.
    repeat split; trivial; [rewrite rows_step; apply step_row_answered..|].
    assert (F : found_digit t' d < B) by (unfold found_digit; destruct (latest t'); [now apply digit_below | lia]).
    exists (found_digit t' d). repeat split; [apply finds_digit; lia | lia | assumption |]. left.
    pose proof (step_asks (1 + D - d) t' ltac:(lia)) as (E1 & _ & _ & _ & E5).
    pose proof (step_asks (Datatypes.S (1 + D - d)) t' ltac:(lia)) as (_ & _ & _ & _ & F5).
    split; [assumption|]. rewrite E5, F5 by assumption. split.
    + now rewrite (proj2 (Nat.leb_gt _ _)) by lia.
    + now rewrite (proj2 (Nat.leb_le _ _)) by lia.
Qed.

Theorem fetch_stage_runs t : t <= T -> stage_step regs (fetch_stage M K D blank) (R + 2 + t) (S (2 + D)) (S (3 + D)).
Proof.
  intros Ht.
  apply (copy_stage regs (fetched K D) (next_symbol D) (symbols M) (records_lookup 0 (written D) (fetched K D) None blank));
    [reflexivity | unfold_registers; lia | unfold_registers; lia | intros; apply rows_fit_all; lia |
     apply records_ok; [lia | lia | discriminate | now left] |].
  intros i Hi.
  assert (Same : forall r, r < length regs -> r <> fetched K D -> r <> next_symbol D -> S (3 + D) i r = S (2 + D) i r).
  { intros r Hr _ Hne. apply (frame (2 + D)); trivial; [lia | intros (d' & Hd' & -> & E); lia | tauto]. }
  rewrite type_fetched. cbn [fits]. destruct (Nat.le_gt_cases i R) as [Hi'|Hi'].
  - assert (P : forall level,
      S level i (fetched K D) = None /\ S level i (next_symbol D) = None /\ S level i is_step = None).
    { intros level. destruct (Nat.eq_dec i 0) as [->|]; [rewrite !rows_bos; auto|].
      destruct (input_plain level i ltac:(lia)) as (E1 & _ & E3 & _ & _). repeat split; trivial. away. }
    repeat split; try apply P; trivial. exists blank. repeat split; [now apply finds_default | assumption.. |].
    right. split; [apply P|]. now rewrite !(proj1 (proj2 (P _))).
  - replace i with (R + 1 + (i - (R + 1))) in * by lia. set (t' := i - (R + 1)) in *. clearbody t'.
    repeat split; trivial; [rewrite rows_step; apply step_row_fetched..|].
    exists (tape (conf t') (head (conf t'))). repeat split; [apply finds_symbol; lia | apply conf_sound.. |]. left.
    rewrite !rows_step, step_row_is_step, !step_row_next_symbol. repeat split.
    + now rewrite (proj2 (Nat.leb_gt _ _)) by lia.
    + now rewrite (proj2 (Nat.leb_le _ _)) by lia.
Qed.
End Search.
