(** wei_ma in symbols: every stage is well formed, every row fits, and the first two stages, the transition and the
    flips, compute the rows of levels 1 and 2; feedback gives the next row. *)
From Coq Require Import ZArith List Bool Lia FinFun.
From Tmformer Require Import Machine Transformer Program WeiMa Symbolic WeiMaRows WeiMaRegisters.
Import ListNotations.

(** * Binary digits of a number and its neighbours *)
(** A digit of z + 1 differs where all lower digits of z are 1. *)
Lemma testbit_next i : forall z, Z.testbit (z + 1) (Z.of_nat i) =
  xorb (Z.testbit z (Z.of_nat i)) (forallb (fun j => Z.testbit z (Z.of_nat j)) (seq 0 i)).
Proof.
  induction i as [|i IH]; intros z.
  - cbn [seq forallb Z.of_nat]. rewrite !Z.bit0_odd, Z.odd_add. reflexivity.
  - cbn [seq forallb]. rewrite <- seq_shift.
    assert (F : forall l, forallb (fun j => Z.testbit z (Z.of_nat j)) (map S l) =
      forallb (fun j => Z.testbit (z / 2) (Z.of_nat j)) l).
    { induction l as [|x l IHl]; [reflexivity|]. cbn [map forallb].
      rewrite IHl, Z.div2_bits, Nat2Z.inj_succ by lia. reflexivity. }
    rewrite F, Nat2Z.inj_succ, <- !Z.div2_bits by lia. cbn [Z.of_nat]. rewrite Z.bit0_odd.
    pose proof (Z.div2_odd z) as E. rewrite Z.div2_div in E. destruct (Z.odd z); cbn [Z.b2z andb] in *.
    + replace ((z + 1) / 2)%Z with (z / 2 + 1)%Z by (Z.div_mod_to_equations; lia). apply IH.
    + replace ((z + 1) / 2)%Z with (z / 2)%Z by (Z.div_mod_to_equations; lia).
      now rewrite xorb_false_r.
Qed.

(** A digit of z - 1 differs where all lower digits of z are 0. *)
Lemma testbit_previous i z : Z.testbit (z - 1) (Z.of_nat i) =
  xorb (Z.testbit z (Z.of_nat i)) (forallb (fun j => negb (Z.testbit z (Z.of_nat j))) (seq 0 i)).
Proof.
  replace (z - 1)%Z with (Z.lnot (Z.lnot z + 1)) by (unfold Z.lnot; lia).
  rewrite Z.lnot_spec, testbit_next, Z.lnot_spec, negb_xorb_l, negb_involutive by lia. f_equal.
  induction (seq 0 i) as [|x l IH]; [reflexivity|]. cbn [forallb]. rewrite IH, Z.lnot_spec by lia. reflexivity.
Qed.

Lemma cell_digit_below z i : cell_digit z i < 2.
Proof. unfold cell_digit. destruct (Z.testbit _ _); lia. Qed.

Lemma cell_digit_next z i : cell_digit (z + 1) i =
  if forallb (fun j => cell_digit z j =? 1) (seq 0 i) then 1 - cell_digit z i else cell_digit z i.
Proof.
  unfold cell_digit. rewrite testbit_next.
  replace (forallb (fun j => (if Z.testbit z (Z.of_nat j) then 1 else 0) =? 1) (seq 0 i))
    with (forallb (fun j => Z.testbit z (Z.of_nat j)) (seq 0 i)).
  - destruct (Z.testbit z _), (forallb _ _); reflexivity.
  - induction (seq 0 i) as [|x l IH]; [reflexivity|]. cbn [forallb]. rewrite IH. now destruct (Z.testbit z (Z.of_nat x)).
Qed.

Lemma cell_digit_previous z i : cell_digit (z - 1) i =
  if forallb (fun j => cell_digit z j =? 0) (seq 0 i) then 1 - cell_digit z i else cell_digit z i.
Proof.
  unfold cell_digit. rewrite testbit_previous.
  replace (forallb (fun j => (if Z.testbit z (Z.of_nat j) then 1 else 0) =? 0) (seq 0 i))
    with (forallb (fun j => negb (Z.testbit z (Z.of_nat j))) (seq 0 i)).
  - destruct (Z.testbit z _), (forallb _ _); reflexivity.
  - induction (seq 0 i) as [|x l IH]; [reflexivity|]. cbn [forallb]. rewrite IH. now destruct (Z.testbit z (Z.of_nat x)).
Qed.

(** * What rules write *)
Lemma written_app a b v r : written_by (a ++ b) v r = written_by a v r ++ written_by b v r.
Proof. apply flat_map_app. Qed.

Lemma written_flat {X} (f : X -> list rule) l v r :
  written_by (flat_map f l) v r = flat_map (fun x => written_by (f x) v r) l.
Proof. induction l as [|x l IH]; [reflexivity|]. cbn [flat_map]. now rewrite written_app, IH. Qed.

Lemma flat_map_none {X Y} (f : X -> list Y) l : (forall x, In x l -> f x = []) -> flat_map f l = [].
Proof. induction l as [|x l IH]; cbn; intros H; [reflexivity|]. rewrite H, IH; auto. Qed.

Lemma flat_map_one {Y} (f : nat -> list Y) n i :
  i < n -> (forall j, j < n -> j <> i -> f j = []) -> flat_map f (seq 0 n) = f i.
Proof.
  intros Hi H. replace n with (i + S (n - S i)) by lia. rewrite seq_app, flat_map_app. cbn [seq flat_map plus].
  rewrite !flat_map_none; [now rewrite app_nil_r| |]; intros j Hj; apply in_seq in Hj; apply H; lia.
Qed.

(** Rules that do not fire, or do not write [r], write nothing there. *)
Lemma written_none rules v r :
  (forall ru, In ru rules -> fires v ru = true -> ~ In r (map fst (then_write ru))) -> written_by rules v r = [].
Proof.
  intros H. apply flat_map_none. intros ru Hru. destruct (fires v ru) eqn:E; [|reflexivity].
  specialize (H ru Hru E). induction (then_write ru) as [|[x a] l IH]; [reflexivity|]. cbn [filter map fst] in *.
  destruct (Nat.eqb_spec x r); [exfalso; apply H; now left|]. apply IH. intros C. apply H. now right.
Qed.

(** A rule that asks for a value where there is none does not fire. *)
Lemma silent v ru x a : In (x, Some a) (whenever ru) -> v x = None -> fires v ru = false.
Proof.
  intros H E. unfold fires. destruct (forallb (is_held v) (whenever ru)) eqn:F; [|reflexivity].
  rewrite forallb_forall in F. specialize (F _ H). unfold is_held in F. cbn in F. now rewrite E in F.
Qed.

(** What one rule writes that writes one value. *)
Lemma written_rule ls x a v r : written_by [{| whenever := ls; then_write := [(x, a)] |}] v r =
  if forallb (is_held v) ls && (x =? r) then [a] else [].
Proof.
  unfold written_by, fires. cbn [flat_map whenever then_write filter fst]. rewrite app_nil_r.
  destruct (forallb (is_held v) ls), (x =? r); reflexivity.
Qed.

(** * Rows after a stage without lookups *)
Definition becomes (w : list nat) (old new : option nat) : Prop :=
  (w = [] /\ new = old) \/ exists a, w = [a] /\ new = Some a.

Lemma stage_without_lookups rs st n s s' :
  lookups st = [] -> clears (then_table st) = [] ->
  (forall ru, In ru (rules (then_table st)) -> rule_fits rs (then_table st) ru) ->
  (forall i, i < n -> row_fits rs (s i)) ->
  (forall i r, i < n -> r < length rs ->
    becomes (written_by (rules (then_table st)) (s i) r) (s i r) (s' i r) /\
    (In r (fills (then_table st)) -> written_by (rules (then_table st)) (s i) r <> [] -> s i r = None)) ->
  stage_step rs st n s s'.
Proof.
  intros L C Hru Hfit H. constructor; [assumption | now rewrite L |].
  intros i Hi. exists (s i). rewrite L. split; [|split; [auto|split]].
  - exists []. repeat split; [constructor | intros l []].
  - intros r. destruct (Nat.lt_ge_cases r (length rs)) as [Hr|Hr].
    + destruct (H i r Hi Hr) as [B F]. split; [|auto]. destruct B as [[-> _] | (a & -> & _)]; cbn; lia.
    + rewrite written_none; [cbn; split; [lia|congruence]|]. intros ru Hin _ Hw.
      apply in_map_iff in Hw as ([x a] & E & Hw). cbn in E. subst x.
      pose proof (writes_fit _ _ _ (Hru ru Hin) r a Hw). lia.
  - intros r Hr. destruct (H i r Hi Hr) as [B _]. unfold table_after. rewrite C.
    destruct B as [[-> ->] | (a & -> & ->)]; reflexivity.
Qed.

Section Move.
Variable M : machine.
Variables K D B bits blank : nat.
Variable origin : Z.
Variable R T : nat.
Variable start : configuration.
Local Notation regs := (registers M K D bits).
Local Notation rows := (rows M K D B origin R start).
Local Notation held := (step_row M K D B origin R start).
Local Notation conf := (conf M start).
Hypothesis machine_ok : is_machine M.
Hypothesis start_ok : is_configuration M start.
Hypothesis two_way : one_way M = false.
Hypothesis K_large : 2 <= K.
Hypothesis D_large : 1 <= D.
Hypothesis B_large : 2 <= B.
Hypothesis digits_fit : B <= 2 ^ bits.
Hypothesis blank_fits : blank < symbols M.

(** * Every row fits *)
Lemma conf_ok t : is_configuration M (conf t).
Proof.
  unfold conf. induction t as [|t IH]; [exact start_ok|]. cbn [run]. unfold step.
  destruct IH as (Hs & Ht & _). destruct (delta M _ _) as [[[w m] p]|] eqn:E; [|repeat split; auto; congruence].
  destruct (machine_ok _ _ _ _ _ Hs (Ht _) E). repeat split; cbn; [assumption | | congruence].
  intros z. destruct (Z.eqb _ _); auto.
Qed.

Lemma time_fits t d : fits (Code bits) (time_digit B t d).
Proof.
  clear - B_large digits_fit. unfold fits, time_digit. pose proof (Nat.mod_upper_bound (t / B ^ d) B). lia.
Qed.

Lemma symbol_fits t z : tape (conf t) z < symbols M. Proof. apply conf_ok. Qed.
Lemma state_fits t : state (conf t) < states M. Proof. apply conf_ok. Qed.
Lemma record_fits j : record_symbol M origin R start j < symbols M.
Proof. unfold record_symbol. destruct (j <? R); [apply start_ok | apply symbol_fits]. Qed.

Lemma step_row_fits level t : row_fits regs (held level t).
Proof.
  intros r a Hr. pose proof (cell_digit_below) as C. pose proof (conf_ok t) as (S1 & S2 & _).
  pose proof (conf_ok (t - 1)) as (S3 & S4 & _). pose proof start_ok as (S5 & S6 & _).
  assert (X : forall (b : bool) v ty, (v = Some a -> fits ty a) -> (if b then v else None) = Some a -> fits ty a)
    by (intros []; [auto | discriminate]).
  assert (Y : forall (b : bool) v ty, (v = Some a -> fits ty a) -> (if b then None else v) = Some a -> fits ty a)
    by (intros []; [discriminate | auto]).
  assert (Z : forall ty b, fits ty b -> Some b = Some a -> fits ty a) by (intros ty b F E; injection E as <-; exact F).
  assert (N : forall ty, None = Some a -> fits ty a) by discriminate.
  assert (F0 : fits flag 0) by (cbn; lia).
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | i Hi | i Hi | i Hi | i Hi | d Hd | | ].
  - rewrite step_row_bos. apply N.
  - rewrite step_row_input. apply N.
  - rewrite step_row_is_step, type_is_step. apply Z. exact F0.
  - rewrite step_row_is_moved, type_is_moved. apply Y, Z. exact F0.
  - rewrite step_row_in_state, type_in_state. apply Y, Z. exact S3.
  - rewrite step_row_next_state, type_next_state. destruct (t =? 0); [apply Z; exact S5 | apply X, Z; exact S1].
  - rewrite step_row_time, type_time by assumption. apply Y, Z, time_fits.
  - rewrite step_row_right, type_right. apply X, Y. destruct (move_of _ _ _); auto. apply Z. exact F0.
  - rewrite step_row_left, type_left. apply X, Y. destruct (move_of _ _ _); auto. apply Z. exact F0.
  - rewrite step_row_symbol, type_symbol. apply Y, Z. exact (S4 _).
  - rewrite step_row_written, type_written. apply X, Y, Z. apply record_fits.
  - rewrite step_row_next_symbol, type_next_symbol. apply X, Z. exact (S2 _).
  - rewrite step_row_cell, type_cell by assumption. apply Y, Z, C.
  - rewrite step_row_next_cell, type_next_cell by assumption. destruct (t =? 0); [apply Z, C | apply X, Z, C].
  - rewrite step_row_carry, type_carry by assumption. apply X, X, Z. exact F0.
  - rewrite step_row_borrow, type_borrow by assumption. apply X, X, Z. exact F0.
  - rewrite step_row_found, type_found by assumption. apply X, Z. destruct (latest _ _ _ _ _ _); [apply time_fits|].
    clear - B_large digits_fit. unfold fits. lia.
  - rewrite step_row_answered. apply N.
  - rewrite step_row_fetched. apply N.
Qed.

(** What the rows of the prompt hold. *)
Lemma prompt_none i r : i <= R -> r < length regs ->
  (forall d, d < D -> r <> time d) -> (forall c, c < K -> r <> cell D c) -> r <> bos -> r <> input -> r <> written D ->
  prompt K D B origin R start i r = None.
Proof.
  intros Hi _ H1 H2 H3 H4 H5. apply prompt_other; [|assumption].
  intros [E | [E | [E | [(d & Hd & E) | (c & Hc & E)]]]]; eauto; [exact (H1 d Hd E) | exact (H2 c Hc E)].
Qed.

Lemma prompt_fits i : i <= R -> row_fits regs (prompt K D B origin R start i).
Proof.
  intros Hi r a Hr.
  assert (Z : forall ty b, fits ty b -> Some b = Some a -> fits ty a) by (intros ty b F E; injection E as <-; exact F).
  destruct i as [|i].
  { rewrite prompt_bos. destruct (Nat.eqb_spec r bos) as [->|]; [|discriminate]. rewrite type_bos. apply Z. cbn. lia. }
  assert (O : 1 <= S i <= R) by lia.
  set (p := prompt K D B origin R start (S i)).
  assert (N : p r = None -> p r = Some a -> fits (type_of regs r) a) by congruence. subst p.
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | c Hc | c Hc | c Hc | c Hc | d Hd | | ];
    try (apply N; apply prompt_none; auto; clear N; intros; unfold_registers; lia).
  - rewrite prompt_input_bos by assumption. discriminate.
  - rewrite prompt_input, type_input by assumption. apply Z. cbn. lia.
  - rewrite prompt_time, type_time by assumption. apply Z, time_fits.
  - rewrite prompt_written, type_written by assumption. apply Z. apply start_ok.
  - rewrite prompt_cell, type_cell by assumption. apply Z, cell_digit_below.
Qed.

(** Every row fits its registers, at every level. *)
Lemma rows_fit_all level i : i <= R + 1 + T -> row_fits regs (rows level i).
Proof.
  intros _. destruct (Nat.le_gt_cases i R) as [Hi|Hi].
  - intros r a Hr. rewrite rows_prompt by assumption. now apply prompt_fits.
  - replace i with (R + 1 + (i - (R + 1))) by lia. intros r a Hr. rewrite rows_step. now apply step_row_fits.
Qed.

(** * Every stage is well formed *)
Lemma reg r : register_view K D r -> r < length regs. Proof. apply known. Qed.

Ltac registered :=
  apply reg; first [apply view_bos | apply view_input | apply view_is_step | apply view_in_state | apply view_next_state |
    apply view_right | apply view_left | apply view_symbol | apply view_written | apply view_next_symbol |
    apply view_answered | apply view_fetched | apply view_carry; assumption | apply view_borrow; assumption |
    apply view_next_cell; assumption | apply view_found; assumption | apply view_time; assumption | apply view_cell; lia].

Lemma in_over {X} n (f : nat -> X) x : In x (over n f) <-> exists i, i < n /\ x = f i.
Proof.
  unfold over. rewrite in_map_iff. split.
  - intros (i & E & H). apply in_seq in H. exists i. split; [lia | auto].
  - intros (i & H & ->). exists i. rewrite in_seq. split; [auto | lia].
Qed.

Lemma transition_fits t q a : q < states M -> a < symbols M ->
  incl [next_state; written D; right D; left D] (fills t) -> rule_fits regs t (transition M D q a).
Proof.
  intros Hq Ha F. unfold transition.
  destruct (match delta M q a with Some e => e | None => (a, Stay, q) end) as [[w m] p] eqn:E.
  assert (w < symbols M /\ p < states M) as [Hw Hp].
  { destruct (delta M q a) as [[[w' m'] p']|] eqn:G; injection E; intros; subst;
      [exact (machine_ok _ _ _ _ _ Hq Ha G) | auto]. }
  constructor; cbn [whenever then_write map fst].
  - repeat constructor; cbn; unfold_registers; clear; lia.
  - intros r v [H | [H | []]]; injection H as <- <-.
    + rewrite type_in_state. split; [registered | exact Hq].
    + rewrite type_symbol. split; [registered | exact Ha].
  - intros r b H.
    assert (G : In r [next_state; written D; right D; left D] /\ r < length regs /\ fits (type_of regs r) b).
    { assert (C : (r, b) = (next_state, p) \/ (r, b) = (written D, w) \/ (r, b) = (right D, 0) \/ (r, b) = (left D, 0)).
      { cbn in H. destruct m; cbn in H; intuition. }
      destruct C as [C | [C | [C | C]]]; injection C as -> ->.
      - rewrite type_next_state. split; [cbn; tauto | split; [registered | exact Hp]].
      - rewrite type_written. split; [cbn; tauto | split; [registered | exact Hw]].
      - rewrite type_right. split; [cbn; tauto | split; [registered | cbn; lia]].
      - rewrite type_left. split; [cbn; tauto | split; [registered | cbn; lia]]. }
    destruct G as (G1 & G2 & G3). split; [exact G2 | split; [exact G3|]]. left. apply in_or_app. right. now apply F.
Qed.

(** A rule that reads a step's registers and writes one that the table fills. *)
Lemma step_rule_fits t ls r a :
  NoDup (is_step :: map fst ls) ->
  (forall x v, In (x, v) ls -> x < length regs /\ match v with Some b => fits (type_of regs x) b | None => True end) ->
  r < length regs -> fits (type_of regs r) a -> In r (fills t) ->
  rule_fits regs t {| whenever := on_step :: ls; then_write := [(r, a)] |}.
Proof.
  intros N L Hr Ha F. constructor; cbn [whenever then_write map fst]; [exact N | |].
  - intros x v [E | H]; [|now apply L]. injection E as <- <-. rewrite type_is_step. split; [registered | cbn; lia].
  - intros x v [E | []]. injection E as <- <-. split; [exact Hr | split; [exact Ha|]]. left. apply in_or_app. now right.
Qed.

Lemma step_rules_fit ru : In ru (rules (then_table (step_stage M K D))) -> rule_fits regs (then_table (step_stage M K D)) ru.
Proof.
  intros H. cbn [step_stage then_table rules] in H. apply in_app_or in H as [H | H]; apply in_flat_map in H as (x & Hx & H);
    apply in_seq in Hx.
  - apply in_over in H as (a & Ha & ->). apply transition_fits; [lia | exact Ha |]. cbn [step_stage then_table fills].
    intros r Hr. apply in_or_app. now left.
  - assert (Hi : x < K) by lia. clear Hx.
    assert (F : forall f, In f [carry K D; borrow K D; next_cell K D] -> In (f x) (fills (then_table (step_stage M K D)))).
    { intros f Hf. cbn [step_stage then_table fills]. apply in_or_app. right.
      destruct Hf as [<- | [<- | [<- | []]]]; rewrite !in_app_iff, !in_over; eauto. }
    assert (L : forall v, v < 2 -> forall y w, In (y, w) (over x (fun j => (cell D j, Some v))) ->
      y < length regs /\ match w with Some b => fits (type_of regs y) b | None => True end).
    { intros v Hv y w Hy. apply in_over in Hy as (j & Hj & E). injection E as -> ->. rewrite type_cell by lia.
      split; [registered | exact Hv]. }
    assert (N : forall v : nat, NoDup (is_step :: map fst (over x (fun j => (cell D j, Some v))))).
    { intros v. unfold over. rewrite map_map. cbn [fst]. constructor.
      - intros C. apply in_map_iff in C as (j & C & _). revert C. unfold_registers. clear. lia.
      - apply Injective_map_NoDup; [|apply seq_NoDup]. intros i j. unfold_registers. clear. lia. }
    assert (L1 : forall v, v < 2 -> forall y w, In (y, w) [(cell D x, Some v)] ->
      y < length regs /\ match w with Some b => fits (type_of regs y) b | None => True end).
    { intros v Hv y w [E | []]. injection E as <- <-. rewrite type_cell by lia. split; [registered | exact Hv]. }
    assert (N1 : NoDup (is_step :: map fst [(cell D x, Some 0)])).
    { repeat constructor; cbn; unfold_registers; clear; lia. }
    destruct H as [<- | [<- | [<- | [<- | []]]]]; apply step_rule_fits; auto; try registered;
      try exact N1; try (apply L; lia); try (apply L1; lia); try (apply F; cbn; tauto);
      rewrite ?type_carry, ?type_borrow, ?type_next_cell by exact Hi; cbn; lia.
Qed.

Lemma flip_rules_fit ru : In ru (rules (then_table (flip_stage K D))) -> rule_fits regs (then_table (flip_stage K D)) ru.
Proof.
  intros H. cbn [flip_stage then_table rules] in H. apply in_flat_map in H as (x & Hx & H). apply in_seq in Hx.
  assert (Hi : x < K) by lia.
  assert (G : forall m c old new, m = right D \/ m = left D -> c = carry K D x \/ c = borrow K D x -> old < 2 -> new < 2 ->
    rule_fits regs (then_table (flip_stage K D))
      {| whenever := [(m, Some 0); (c, Some 0); (next_cell K D x, Some old)]; then_write := [(next_cell K D x, new)] |}).
  { intros m c old new Hm Hc Ho Hn. constructor; cbn [whenever then_write map fst].
    - repeat constructor; cbn; destruct Hm as [-> | ->], Hc as [-> | ->]; unfold_registers; clear - Hi; lia.
    - intros r v [E | [E | [E | []]]]; injection E as <- <-.
      + destruct Hm as [-> | ->]; [rewrite type_right | rewrite type_left]; (split; [registered | cbn; lia]).
      + destruct Hc as [-> | ->]; rewrite ?type_carry, ?type_borrow by exact Hi; (split; [registered | cbn; lia]).
      + rewrite type_next_cell by exact Hi. split; [registered | exact Ho].
    - intros r a [E | []]. injection E as <- <-. rewrite type_next_cell by exact Hi.
      split; [registered | split; [exact Hn|]]. right. exists (Some old). cbn. tauto. }
  destruct H as [<- | [<- | [<- | [<- | []]]]]; apply G; auto.
Qed.

Lemma search_rules_fit d ru : d < D ->
  In ru (rules (then_table (search_stage K D B d))) -> rule_fits regs (then_table (search_stage K D B d)) ru.
Proof.
  intros Hd H. cbn [search_stage then_table rules] in H. apply in_over in H as (a & Ha & ->).
  assert (Hb : a < 2 ^ bits) by lia. apply step_rule_fits.
  - repeat constructor; cbn; unfold_registers; clear; lia.
  - intros x v [E | []]. injection E as <- <-. rewrite type_answered. split; [registered | exact Hb].
  - registered.
  - rewrite type_found by exact Hd. exact Hb.
  - now left.
Qed.

Lemma fetch_rules_fit ru :
  In ru (rules (then_table (fetch_stage M K D blank))) -> rule_fits regs (then_table (fetch_stage M K D blank)) ru.
Proof.
  intros H. cbn [fetch_stage then_table rules] in H. apply in_over in H as (a & Ha & ->). apply step_rule_fits.
  - repeat constructor; cbn; unfold_registers; clear; lia.
  - intros x v [E | []]. injection E as <- <-. rewrite type_fetched. split; [registered | exact Ha].
  - registered.
  - rewrite type_next_symbol. exact Ha.
  - now left.
Qed.

(** What both kinds of lookup match. *)
Lemma records_match d q k : In (q, k) (records_from K D d) ->
  (exists i, i < K /\ q = next_cell K D i /\ k = cell D i) \/ (exists e, e < D /\ q = found K D e /\ k = time e).
Proof.
  unfold records_from. intros H. apply in_app_or in H as [H | H].
  - apply in_over in H as (i & Hi & E). injection E as -> ->. eauto.
  - apply in_map_iff in H as (e & E & He). apply in_seq in He. injection E as <- <-. right. exists e. split; [lia | auto].
Qed.

Lemma some_records d : 1 <= list_sum (map (fun m => size regs (snd m)) (records_from K D d)).
Proof.
  unfold records_from, over. destruct K as [|k] eqn:E; [lia|]. cbn [seq map app snd].
  unfold size at 1. rewrite <- E, type_cell by lia. cbn. lia.
Qed.

Lemma lookup_fits_at l d :
  matches l = records_from K D d -> asks l = is_step -> null l = bos -> idle l = [bos; input] ->
  (forall r, prefer l = Some r -> exists e, e < D /\ r = time e) ->
  register_view K D (answer l) -> register_view K D (into l) -> type_of regs (into l) = type_of regs (answer l) ->
  (forall a, default l = Some a -> fits (type_of regs (answer l)) a) -> lookup_fits regs l.
Proof.
  intros E1 E2 E3 E4 P A I T' F. constructor; rewrite ?E1, ?E2, ?E3, ?E4.
  - intros q k H. apply records_match in H as [(i & Hi & -> & ->) | (e & He & -> & ->)].
    + rewrite type_cell, type_next_cell by exact Hi. split; [registered|].
      split; [registered | eauto].
    + rewrite type_found, type_time by exact He. split; [registered|].
      split; [registered | eauto].
  - apply some_records.
  - intros r H. apply P in H as (e & He & ->). rewrite type_time by exact He. split; [registered | eauto].
  - split; [registered | apply type_is_step].
  - split; [registered | apply type_bos].
  - intros r [<- | [<- | []]]; (split; [registered|]); [apply type_bos | apply type_input].
  - split; [apply reg; exact A | split; [apply reg; exact I | exact T']].
  - exact F.
Qed.

(** Every stage is well formed: its lookups fit and write scratch that it clears; its rules fit. *)
Theorem wei_ma_well_formed st : In st (wei_ma M K D B blank) ->
  (forall l, In l (lookups st) ->
    lookup_fits regs l /\ is_scratch regs (into l) = true /\ In (into l) (clears (then_table st))) /\
  (forall ru, In ru (rules (then_table st)) -> rule_fits regs (then_table st) ru) /\
  NoDup (clears (then_table st)) /\ (forall r, In r (clears (then_table st)) -> r < length regs).
Proof.
  intros H. unfold wei_ma in H. rewrite in_app_iff in H. destruct H as [[<- | [<- | []]] | H].
  - split; [intros l [] |]. split; [exact step_rules_fit | split; [constructor | intros r []]].
  - split; [intros l [] |]. split; [exact flip_rules_fit | split; [constructor | intros r []]].
  - apply in_app_or in H as [H | [<- | []]].
    + apply in_map_iff in H as (d & <- & H). apply in_rev, in_seq in H. assert (Hd : d < D) by lia. split.
      * intros l [<- | []]. cbn [into]. split; [|split; [apply scratch_answered | now left]].
        apply (lookup_fits_at _ (S d)); cbn [matches asks null idle prefer answer into default]; try reflexivity.
        -- intros r E. injection E as <-. eauto.
        -- apply view_time. exact Hd.
        -- apply view_answered.
        -- rewrite type_answered, type_time by exact Hd. reflexivity.
        -- intros a E. injection E as <-. rewrite type_time by exact Hd. cbn. lia.
      * split; [intros ru; now apply search_rules_fit | split; [repeat constructor; intros [] |]].
        intros r [<- | []]. registered.
    + split.
      * intros l [<- | []]. cbn [into]. split; [|split; [apply scratch_fetched | now left]].
        apply (lookup_fits_at _ 0); cbn [matches asks null idle prefer answer into default]; try reflexivity.
        -- discriminate.
        -- apply view_written.
        -- apply view_fetched.
        -- rewrite type_fetched, type_written. reflexivity.
        -- intros a E. injection E as <-. rewrite type_written. exact blank_fits.
      * split; [exact fetch_rules_fit | split; [repeat constructor; intros [] |]].
        intros r [<- | []]. registered.
Qed.

Theorem wei_ma_fits st : In st (wei_ma M K D B blank) -> stage_fits regs st.
Proof. intros H. destruct (wei_ma_well_formed st H) as (L & F & C & N). split; [exact L | now split]. Qed.

(** * The transition *)
Lemma written_over n (f : nat -> rule) v r : written_by (over n f) v r = flat_map (fun a => written_by [f a] v r) (seq 0 n).
Proof.
  unfold over. induction (seq 0 n) as [|x l IH]; [reflexivity|]. cbn [map flat_map]. rewrite <- IH. clear.
  change (f x :: map f l) with ([f x] ++ map f l). apply written_app.
Qed.

Local Notation transitions := (flat_map (fun q => over (symbols M) (transition M D q)) (seq 0 (states M))).
Local Notation all_carries := (flat_map (carries K D) (seq 0 K)).

Lemma transition_reads q a : whenever (transition M D q a) = [(in_state, Some q); (symbol D, Some a)].
Proof. unfold transition. destruct (match _ with Some _ => _ | None => _ end) as [[w m] p]. reflexivity. Qed.

Lemma transitions_silent v r : v in_state = None -> written_by transitions v r = [].
Proof.
  intros E. apply written_none. intros ru H F. apply in_flat_map in H as (q & _ & H). apply in_over in H as (a & _ & ->).
  rewrite (silent v _ in_state q) in F; [discriminate | | exact E]. rewrite transition_reads. now left.
Qed.

Lemma transitions_fire v r q a : v in_state = Some q -> v (symbol D) = Some a -> q < states M -> a < symbols M ->
  written_by transitions v r = map snd (filter (fun p => fst p =? r) (then_write (transition M D q a))).
Proof.
  intros E1 E2 Hq Ha.
  assert (F : forall q' a', fires v (transition M D q' a') = (q =? q') && (a =? a')).
  { intros q' a'. unfold fires, is_held. rewrite transition_reads. cbn [forallb fst snd]. now rewrite E1, E2, andb_true_r. }
  rewrite written_flat, (flat_map_one _ _ q) by (auto; intros q' _ N; apply written_none; intros ru H;
    apply in_over in H as (a' & _ & ->); rewrite F, (proj2 (Nat.eqb_neq q q')) by auto; discriminate).
  rewrite written_over, (flat_map_one _ _ a) by (auto; intros a' _ N; apply written_none; intros ru [<- | []];
    rewrite F, (proj2 (Nat.eqb_neq a a')), andb_false_r by auto; discriminate).
  unfold written_by. cbn [flat_map]. now rewrite F, !Nat.eqb_refl, app_nil_r.
Qed.

(** What the transition of a machine step writes. *)
Lemma transition_writes u : then_write (transition M D (state (conf u)) (tape (conf u) (head (conf u)))) =
  [(next_state, state (conf (S u))); (written D, record_symbol M origin R start (R + S u - 1))] ++
  match move_of M start u with Right => [(right D, 0)] | Left => [(left D, 0)] | Stay => [] end.
Proof.
  unfold record_symbol. rewrite (proj2 (Nat.ltb_ge (R + S u - 1) R)) by lia. replace (R + S u - 1 - R) with u by lia.
  unfold transition, move_of, conf. cbn [run]. unfold step.
  destruct (delta M _ _) as [[[w m] p]|]; cbn [state tape head then_write]; [rewrite Z.eqb_refl|]; reflexivity.
Qed.

Lemma head_next u : head (conf (S u)) = (head (conf u) + shift (move_of M start u))%Z.
Proof.
  unfold move_of, conf. cbn [run]. unfold step, moved. rewrite two_way.
  destruct (delta M _ _) as [[[w m] p]|]; cbn [head shift]; lia.
Qed.

(** Whether a digit of the cell is as asked, and whether all lower ones are. *)
Lemma cell_held t i b : i < K -> is_held (held 0 t) (cell D i, Some b) =
  if t =? 0 then false else cell_digit (head (conf (t - 1))) i =? b.
Proof. intros Hi. unfold is_held. cbn [fst snd]. rewrite step_row_cell by exact Hi. now destruct (t =? 0). Qed.

Lemma lower_held t i b : i <= K ->
  forallb (is_held (held 0 t)) (over i (fun j => (cell D j, Some b))) = lower_digits M start t b i.
Proof.
  intros Hi. unfold lower_digits, over.
  assert (F : forall l, (forall j, In j l -> j < K) -> forallb (is_held (held 0 t)) (map (fun j => (cell D j, Some b)) l) =
    forallb (fun j => if t =? 0 then false else cell_digit (head (conf (t - 1))) j =? b) l).
  { induction l as [|x l IH]; intros H; [reflexivity|]. cbn [map forallb].
    rewrite IH, cell_held; auto using in_eq, in_cons. }
  rewrite F by (intros j Hj; apply in_seq in Hj; lia). destruct (t =? 0); [|reflexivity]. now destruct i.
Qed.

Lemma carries_at t i r : i < K -> written_by (carries K D i) (held 0 t) r =
  (if lower_digits M start t 1 i && (carry K D i =? r) then [0] else []) ++
  (if lower_digits M start t 0 i && (borrow K D i =? r) then [0] else []) ++
  (if negb (t =? 0) && (next_cell K D i =? r) then [cell_digit (head (conf (t - 1))) i] else []).
Proof.
  intros Hi. assert (E : is_held (held 0 t) on_step = true).
  { unfold is_held. cbn [fst snd on_step]. now rewrite step_row_is_step. }
  unfold carries.
  match goal with |- written_by [?a; ?b; ?c; ?d] _ _ = _ => change [a; b; c; d] with ([a] ++ [b] ++ [c] ++ [d]) end.
  rewrite !written_app, !written_rule. cbn [forallb]. rewrite E, !lower_held, !cell_held by lia. cbn [andb]. do 2 f_equal.
  pose proof (cell_digit_below (head (conf (t - 1))) i) as C.
  destruct (t =? 0), (cell_digit (head (conf (t - 1))) i) as [|[|n]], (next_cell K D i =? r); cbn; reflexivity || lia.
Qed.

Ltac one_of i := rewrite written_flat, (flat_map_one _ K i) by
  (try assumption; intros; rewrite carries_at by assumption; unfold_registers; compare_numbers; now rewrite !andb_false_r);
  rewrite carries_at by assumption; unfold_registers; compare_numbers;
  rewrite ?andb_false_r, ?andb_true_r, ?app_nil_r; reflexivity.

Lemma carries_carry t i : i < K ->
  written_by all_carries (held 0 t) (carry K D i) = if lower_digits M start t 1 i then [0] else [].
Proof. intros Hi. one_of i. Qed.
Lemma carries_borrow t i : i < K ->
  written_by all_carries (held 0 t) (borrow K D i) = if lower_digits M start t 0 i then [0] else [].
Proof. intros Hi. one_of i. Qed.
Lemma carries_next_cell t i : i < K ->
  written_by all_carries (held 0 t) (next_cell K D i) = if t =? 0 then [] else [cell_digit (head (conf (t - 1))) i].
Proof. intros Hi. destruct t; one_of i. Qed.
Lemma carries_other t r : r < 11 + D + K \/ 11 + D + 4 * K <= r -> written_by all_carries (held 0 t) r = [].
Proof.
  intros Hr. rewrite written_flat. apply flat_map_none. intros j Hj. apply in_seq in Hj. rewrite carries_at by lia.
  unfold_registers. compare_numbers. now rewrite !andb_false_r.
Qed.

Lemma transitions_start r : written_by transitions (held 0 0) r = [].
Proof. apply transitions_silent. now rewrite step_row_in_state. Qed.
Lemma transitions_step u r : written_by transitions (held 0 (S u)) r =
  map snd (filter (fun p => fst p =? r) (
    [(next_state, state (conf (S u))); (written D, record_symbol M origin R start (R + S u - 1))] ++
    match move_of M start u with Right => [(right D, 0)] | Left => [(left D, 0)] | Stay => [] end)).
Proof.
  rewrite <- transition_writes. apply transitions_fire.
  - rewrite step_row_in_state. cbn [Nat.eqb Nat.sub]. now rewrite Nat.sub_0_r.
  - rewrite step_row_symbol. cbn [Nat.eqb Nat.sub]. now rewrite Nat.sub_0_r.
  - apply state_fits.
  - apply symbol_fits.
Qed.
Lemma transitions_other t r : r <> next_state -> r <> written D -> r <> right D -> r <> left D ->
  written_by transitions (held 0 t) r = [].
Proof.
  intros H1 H2 H3 H4. destruct t as [|u]; [apply transitions_start|]. rewrite transitions_step.
  destruct (move_of M start u); cbn [app filter fst];
    rewrite (proj2 (Nat.eqb_neq next_state r)), (proj2 (Nat.eqb_neq (written D) r)) by auto; try reflexivity.
  - now rewrite (proj2 (Nat.eqb_neq (left D) r)) by auto.
  - now rewrite (proj2 (Nat.eqb_neq (right D) r)) by auto.
Qed.

(** Reads a register of a machine step's row. *)
Ltac read_row :=
  rewrite ?step_row_bos, ?step_row_input, ?step_row_is_step, ?step_row_is_moved, ?step_row_in_state, ?step_row_next_state,
    ?step_row_right, ?step_row_left, ?step_row_symbol, ?step_row_written, ?step_row_next_symbol, ?step_row_answered,
    ?step_row_fetched, ?step_row_time, ?step_row_cell, ?step_row_next_cell, ?step_row_carry, ?step_row_borrow,
    ?step_row_found by assumption.

(** The first stage on one machine step: what is written was empty, the rest stays. *)
Lemma step_row_moves t r : r < length regs ->
  (written_by (transitions ++ all_carries) (held 0 t) r = [] /\ held 1 t r = held 0 t r) \/
  exists a, written_by (transitions ++ all_carries) (held 0 t) r = [a] /\ held 1 t r = Some a /\ held 0 t r = None.
Proof.
  intros Hr. rewrite written_app.
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | i Hi | i Hi | i Hi | i Hi | d Hd | | ];
    try (left; rewrite transitions_other, carries_other by (unfold_registers; lia);
      split; [reflexivity|]; read_row; compare_numbers; reflexivity).
  - rewrite carries_other, app_nil_r, !step_row_next_state by (unfold_registers; lia). destruct t as [|u].
    + left. now rewrite transitions_start.
    + right. exists (state (conf (S u))). rewrite transitions_step. split; [|split; reflexivity].
      destruct (move_of M start u); cbn [app filter fst]; unfold_registers; compare_numbers; reflexivity.
  - rewrite carries_other, app_nil_r, !step_row_right by (unfold_registers; lia). destruct t as [|u].
    + left. now rewrite transitions_start.
    + rewrite transitions_step. cbn [Nat.leb Nat.eqb Nat.sub]. rewrite Nat.sub_0_r.
      destruct (move_of M start u); [left | left | right; exists 0];
        (split; [|auto]); cbn [app filter fst]; unfold_registers; compare_numbers; reflexivity.
  - rewrite carries_other, app_nil_r, !step_row_left by (unfold_registers; lia). destruct t as [|u].
    + left. now rewrite transitions_start.
    + rewrite transitions_step. cbn [Nat.leb Nat.eqb Nat.sub]. rewrite Nat.sub_0_r.
      destruct (move_of M start u); [right; exists 0 | left | left];
        (split; [|auto]); cbn [app filter fst]; unfold_registers; compare_numbers; reflexivity.
  - rewrite carries_other, app_nil_r, !step_row_written by (unfold_registers; lia). destruct t as [|u].
    + left. now rewrite transitions_start.
    + right. exists (record_symbol M origin R start (R + S u - 1)). rewrite transitions_step. split; [|split; reflexivity].
      destruct (move_of M start u); cbn [app filter fst]; unfold_registers; compare_numbers; reflexivity.
  - rewrite transitions_other, carries_next_cell, !step_row_next_cell by (try assumption; unfold_registers; lia).
    destruct (t =? 0); [left; now split | right; eexists; split; [reflexivity | now split]].
  - rewrite transitions_other, carries_carry, !step_row_carry by (try assumption; unfold_registers; lia).
    destruct (lower_digits _ _ _ _ _); [right; eexists; split; [reflexivity | now split] | left; now split].
  - rewrite transitions_other, carries_borrow, !step_row_borrow by (try assumption; unfold_registers; lia).
    destruct (lower_digits _ _ _ _ _); [right; eexists; split; [reflexivity | now split] | left; now split].
Qed.

(** The rules of both stages are silent on rows of the prompt. *)
Lemma prompt_silent i r : i <= R -> written_by (transitions ++ all_carries) (rows 0 i) r = [].
Proof.
  intros Hi. rewrite written_app, transitions_silent.
  - apply written_none. intros ru H F. apply in_flat_map in H as (x & _ & H).
    rewrite (silent _ _ is_step 0) in F; [discriminate | |].
    + destruct H as [<- | [<- | [<- | [<- | []]]]]; cbn; auto.
    + rewrite rows_prompt by exact Hi. apply prompt_none; try exact Hi; try registered; unfold_registers; lia.
  - rewrite rows_prompt by exact Hi. apply prompt_none; try exact Hi; try registered; unfold_registers; lia.
Qed.

Theorem step_stage_runs t : t <= T -> stage_step regs (step_stage M K D) (R + 2 + t) (rows 0) (rows 1).
Proof.
  intros Ht. apply stage_without_lookups; try reflexivity; [exact step_rules_fit | intros i Hi; apply rows_fit_all; lia |].
  intros i r Hi Hr. cbn [step_stage then_table rules]. destruct (Nat.le_gt_cases i R) as [C|C].
  - rewrite prompt_silent by exact C. split; [left; split; [reflexivity|] | congruence]. now rewrite !rows_prompt.
  - replace i with (R + 1 + (i - (R + 1))) by lia. generalize (i - (R + 1)). intros u. clear i Hi C.
    assert (E : forall rules r', written_by rules (rows 0 (R + 1 + u)) r' = written_by rules (held 0 u) r').
    { intros ru r'. unfold WeiMaRows.rows. compare_numbers. now replace (R + 1 + u - (R + 1)) with u by lia. }
    rewrite E, !rows_step. destruct (step_row_moves u r Hr) as [[W N] | (a & W & N & O)]; rewrite W.
    + split; [left; auto | congruence].
    + split; [right; eauto | auto].
Qed.

(** * The flips *)
Local Notation all_flips := (flat_map (flips K D) (seq 0 K)).

Lemma flips_at v i r : written_by (flips K D i) v r =
  if next_cell K D i =? r then
    flat_map (fun '(m, c, old, new) =>
      if is_held v (m, Some 0) && (is_held v (c, Some 0) && is_held v (next_cell K D i, Some old)) then [new] else [])
      [(right D, carry K D i, 0, 1); (right D, carry K D i, 1, 0);
       (left D, borrow K D i, 0, 1); (left D, borrow K D i, 1, 0)]
  else [].
Proof.
  unfold flips. cbv zeta. cbn [flat_map].
  match goal with |- written_by [?a; ?b; ?c; ?d] _ _ = _ => change [a; b; c; d] with ([a] ++ [b] ++ [c] ++ [d]) end.
  rewrite !written_app, !written_rule. cbn [forallb]. rewrite !andb_true_r, app_nil_r.
  destruct (next_cell K D i =? r); now rewrite ?andb_true_r, ?andb_false_r.
Qed.

Lemma flips_next_cell v i : i < K -> written_by all_flips v (next_cell K D i) = written_by (flips K D i) v (next_cell K D i).
Proof.
  intros Hi. rewrite written_flat, (flat_map_one _ K i); [reflexivity | exact Hi |].
  intros j _ N. rewrite flips_at, (proj2 (Nat.eqb_neq (next_cell K D j) (next_cell K D i))); [reflexivity|].
  unfold_registers. clear - N. lia.
Qed.
Lemma flips_other v r : r < 11 + D + K \/ 11 + D + 2 * K <= r -> written_by all_flips v r = [].
Proof.
  intros Hr. rewrite written_flat. apply flat_map_none. intros j Hj. apply in_seq in Hj.
  rewrite flips_at, (proj2 (Nat.eqb_neq (next_cell K D j) r)); [reflexivity|]. unfold_registers. clear - Hr Hj. lia.
Qed.
Lemma flips_silent v r : v (right D) = None -> v (left D) = None -> written_by all_flips v r = [].
Proof.
  intros H1 H2. rewrite written_flat. apply flat_map_none. intros j _. rewrite flips_at.
  unfold is_held. cbn [flat_map fst snd]. rewrite H1, H2. now destruct (next_cell K D j =? r).
Qed.

(** The second stage on one machine step: digits of the next cell are those after the move. *)
Lemma flip_row_moves t r : r < length regs -> becomes (written_by all_flips (held 1 t) r) (held 1 t r) (held 2 t r).
Proof.
  intros Hr.
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | i Hi | i Hi | i Hi | i Hi | d Hd | | ];
    try (left; rewrite flips_other by (unfold_registers; lia);
      split; [reflexivity|]; read_row; compare_numbers; reflexivity).
  rewrite flips_next_cell, flips_at, Nat.eqb_refl by exact Hi. unfold is_held. cbn [flat_map fst snd].
  rewrite !step_row_right, !step_row_left, !step_row_carry, !step_row_borrow, !step_row_next_cell by exact Hi.
  destruct t as [|u]; [left; now split|].
  cbn [Nat.leb Nat.eqb Nat.sub]. unfold lower_digits. cbn [Nat.eqb Nat.sub]. rewrite !Nat.sub_0_r, head_next.
  pose proof (cell_digit_below (head (conf u)) i) as C.
  destruct (move_of M start u); cbn [shift].
  + change (head (conf u) + -1)%Z with (head (conf u) - 1)%Z. rewrite cell_digit_previous.
    do 2 match goal with |- context [forallb ?f ?l] => destruct (forallb f l) end;
      destruct (cell_digit (head (conf u)) i) as [|[|n]]; cbn;
      solve [left; now split | right; eauto | lia].
  + rewrite Z.add_0_r. left. now split.
  + rewrite cell_digit_next.
    do 2 match goal with |- context [forallb ?f ?l] => destruct (forallb f l) end;
      destruct (cell_digit (head (conf u)) i) as [|[|n]]; cbn;
      solve [left; now split | right; eauto | lia].
Qed.

Theorem flip_stage_runs t : t <= T -> stage_step regs (flip_stage K D) (R + 2 + t) (rows 1) (rows 2).
Proof.
  intros Ht. apply stage_without_lookups; try reflexivity; [exact flip_rules_fit | intros i Hi; apply rows_fit_all; lia |].
  intros i r Hi Hr. cbn [flip_stage then_table rules]. split; [|intros []]. destruct (Nat.le_gt_cases i R) as [C|C].
  - rewrite flips_silent.
    + left. split; [reflexivity|]. now rewrite !rows_prompt.
    + rewrite rows_prompt by exact C. apply prompt_none; try exact C; try registered; unfold_registers; lia.
    + rewrite rows_prompt by exact C. apply prompt_none; try exact C; try registered; unfold_registers; lia.
  - replace i with (R + 1 + (i - (R + 1))) by lia. generalize (i - (R + 1)). intros u. clear i Hi C.
    assert (E : forall rules r', written_by rules (rows 1 (R + 1 + u)) r' = written_by rules (held 1 u) r').
    { intros ru r'. unfold WeiMaRows.rows. compare_numbers. now replace (R + 1 + u - (R + 1)) with u by lia. }
    rewrite E, !rows_step. apply flip_row_moves, Hr.
Qed.

(** * The prompt, and feedback *)
(** Before all stages the rows are those of the prompt. *)
Theorem prompt_rows i r : i < R + 2 -> r < length regs -> prompt K D B origin R start i r = rows 0 i r.
Proof.
  intros Hi Hr. destruct (Nat.le_gt_cases i R) as [C|C]; [now rewrite rows_prompt|].
  replace i with (R + 1 + 0) by lia. rewrite rows_step. unfold prompt, holds_digits.
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | j Hj | j Hj | j Hj | j Hj | d Hd | | ];
    read_row;
    unfold_registers; rewrite ?find_at; compare_numbers; cbn [andb]; rewrite ?drop_base; reflexivity.
Qed.

(** The next row is fed what the last one ended with, and the digits of its time. *)
Theorem fed_rows t r : t < T -> r < length regs -> rows 0 (R + 2 + t) r =
  match fed K D r with Some s => rows (3 + D) (R + 1 + t) s | None => generated D B (R + 2 + t) r end.
Proof.
  intros Ht Hr. replace (R + 2 + t) with (R + 1 + S t) by lia. rewrite !rows_step. unfold generated, holds_digits.
  assert (S1 : forall s, rows (3 + D) (R + 1 + t) s = held (3 + D) t s) by (intros; apply rows_step).
  assert (S0 : S t - 1 = t) by lia. assert (S2 : R + 1 + S t - 2 = R + S t - 1) by lia.
  destruct (viewed _ _ _ _ _ Hr) as [ | | | | | | d Hd | | | | | | j Hj | j Hj | j Hj | j Hj | d Hd | | ];
    read_row; rewrite ?S0, ?S2;
  match goal with |- _ = match fed K D ?x with _ => _ end =>
    match x with
    | in_state => change (fed K D x) with (Some next_state)
    | is_step => change (fed K D x) with (Some is_step)
    | is_moved => change (fed K D x) with (Some is_step)
    | symbol D => replace (fed K D x) with (Some (next_symbol D)) by
        (unfold fed; unfold_registers; compare_numbers; reflexivity)
    | cell D ?j => replace (fed K D x) with (Some (next_cell K D j)) by
        (unfold fed; unfold_registers; rewrite find_at; compare_numbers; cbn [andb orb]; now rewrite drop_base)
    | _ => replace (fed K D x) with (@None nat) by
        (unfold fed; unfold_registers; rewrite ?find_at; compare_numbers; cbn [andb orb]; reflexivity)
    end end; cbv iota; rewrite ?S1;
  rewrite ?step_row_is_step, ?step_row_next_state, ?step_row_next_symbol, ?step_row_next_cell by assumption;
  unfold_registers; rewrite ?find_at; compare_numbers; cbn [andb]; rewrite ?drop_base, ?S2; try reflexivity.
  - now destruct t.
  - destruct t; reflexivity.
Qed.
End Move.
