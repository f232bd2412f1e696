(** The wei_ma network decodes the run of its machine: in every arithmetic that is exact where it matters, and with
    every normaliser for which attention heads bring what their lookups find. At the end, what the network asks of both. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Machine Transformer Program WeiMa Decoding Symbolic WeiMaRows WeiMaRegisters WeiMaMove
  WeiMaSearch.
From Tmformer Require Import Layout Arithmetic Sums Scores Attention Tables Blocks.
Import ListNotations.
Local Notation number := Rdefinitions.R.

(** The place of a coordinate of a register. *)
Lemma place_at rs r i : r < length rs -> i < size rs r -> place rs (first rs r + i) = (r, i).
Proof.
  unfold size, type_of, first. revert r. induction rs as [|x l IH]; cbn [length]; intros r Hr Hi; [lia|].
  destruct r as [|r]; cbn [nth firstn map place] in *.
  - cbn [list_sum fold_right]. destruct (Nat.ltb_spec (0 + i) (Program.width (of_type x))); [reflexivity|lia].
  - change (list_sum (Program.width (of_type x) :: map (fun each => width (of_type each)) (firstn r l)))
      with (Program.width (of_type x) + list_sum (map (fun each => width (of_type each)) (firstn r l))).
    set (s := list_sum _) in *.
    destruct (Nat.ltb_spec (Program.width (of_type x) + s + i) (Program.width (of_type x))); [lia|].
    replace (Program.width (of_type x) + s + i - width (of_type x)) with (s + i) by lia.
    unfold s. now rewrite IH by (assumption || lia).
Qed.

(** Cells in a window of 2^K cells that look the same are the same. *)
Lemma same_in_window K low z z' : (low <= z < low + 2 ^ Z.of_nat K)%Z -> (low <= z' < low + 2 ^ Z.of_nat K)%Z ->
  same_cell K z z' = true -> z = z'.
Proof.
  unfold same_cell. intros H H' E. apply Z.eqb_eq in E. revert H H' E. generalize (2 ^ Z.of_nat K)%Z. intros p H H' E.
  pose proof (Z.div_mod z p ltac:(lia)). pose proof (Z.div_mod z' p ltac:(lia)).
  assert (z / p - z' / p = 0)%Z by nia. nia.
Qed.

Section WeiMaNetwork.
Variable M : machine.
Variables K D B bits blank : nat.
Local Notation regs := (registers M K D bits).
Local Notation stages := (wei_ma M K D B blank).
Hypothesis sound : is_machine M.
Hypothesis cells_two : 2 <= K.
Hypothesis some_digits : 1 <= D.
Hypothesis base : 2 <= B.
Hypothesis digits_fit : B <= 2 ^ bits.
Hypothesis blank_fits : blank < symbols M.

(** * The rules *)
Local Notation in_over := (in_over M K D B bits blank cells_two some_digits base digits_fit blank_fits).
Inductive rule_view : rule -> Prop :=
| view_transition q a : q < states M -> a < symbols M -> rule_view (transition M D q a)
| view_carries i ru : i < K -> In ru (carries K D i) -> rule_view ru
| view_flips i ru : i < K -> In ru (flips K D i) -> rule_view ru
| view_search d a : d < D -> rule_view {| whenever := [on_step; (answered K D, Some a)]; then_write := [(found K D d, a)] |}
| view_fetch a : rule_view {| whenever := [on_step; (fetched K D, Some a)]; then_write := [(next_symbol D, a)] |}.

Inductive stage_view : stage -> Prop :=
| view_step : stage_view (step_stage M K D)
| view_flip : stage_view (flip_stage K D)
| view_search_stage d : d < D -> stage_view (search_stage K D B d)
| view_fetch_stage : stage_view (fetch_stage M K D blank).

Lemma stage_viewed st : In st stages -> stage_view st.
Proof.
  unfold wei_ma. rewrite !in_app_iff, in_map_iff. intros [[<- | [<- | []]] | [(d & <- & H) | [<- | []]]]; try constructor.
  apply in_rev, in_seq in H. lia.
Qed.

Lemma rule_viewed st ru : In st stages -> In ru (rules (then_table st)) -> rule_view ru.
Proof.
  intros H. destruct (stage_viewed st H) as [| | d Hd |];
    cbn [step_stage flip_stage search_stage fetch_stage then_table rules]; intros Hru.
  - apply in_app_or in Hru as [Hru | Hru]; apply in_flat_map in Hru as (x & Hx & Hru); apply in_seq in Hx.
    + apply in_over in Hru as (a & Ha & ->). apply view_transition; lia.
    + apply (view_carries x); [lia | assumption].
  - apply in_flat_map in Hru as (x & Hx & Hru). apply in_seq in Hx. apply (view_flips x); [lia | assumption].
  - apply in_over in Hru as (a & _ & ->). now constructor.
  - apply in_over in Hru as (a & _ & ->). constructor.
Qed.

Lemma stage_ok st : In st stages -> stage_fits regs st.
Proof. now apply (wei_ma_fits M K D B bits blank). Qed.

Lemma bits_positive : 1 <= bits.
Proof. clear - base digits_fit. destruct bits; [cbn in digits_fit; lia | lia]. Qed.

Lemma code_digits r k : r < length regs -> type_of regs r = Code k -> 1 <= k.
Proof.
  pose proof bits_positive as P. intros Hr. destruct (viewed M K D bits r Hr);
    rewrite ?type_bos, ?type_input, ?type_is_step, ?type_is_moved, ?type_in_state, ?type_next_state, ?type_right, ?type_left,
      ?type_symbol, ?type_written, ?type_next_symbol, ?type_answered, ?type_fetched, ?type_time, ?type_cell, ?type_next_cell,
      ?type_carry, ?type_borrow, ?type_found by assumption; intros E; inversion E; subst; auto.
Qed.

Lemma no_empty_literals ru r : rule_view ru -> ~ In (r, None) (whenever ru).
Proof.
  intros [q a _ _ | i ru' _ H | i ru' _ H | d a _ | a].
  - rewrite transition_reads. intros [[=] | [[=] | []]].
  - destruct H as [<- | [<- | [<- | [<- | []]]]]; cbn [whenever]; intros [[=] | H];
      try (destruct H as [[=] | []]); apply in_over in H as (j & _ & [=]).
  - destruct H as [<- | [<- | [<- | [<- | []]]]]; cbn [whenever]; intros [[=] | [[=] | [[=] | []]]].
  - intros [[=] | [[=] | []]].
  - intros [[=] | [[=] | []]].
Qed.

(** Tables test no code for being empty. *)
Lemma wei_ma_plain st : In st stages -> table_plain regs (then_table st).
Proof.
  intros H. split.
  - intros ru r Hru C. now apply no_empty_literals in C; [|apply (rule_viewed st)].
  - intros ru r a k Hru C E. apply (code_digits r k); [|exact E].
    now apply (reads_fit _ _ _ (rules_fit _ _ (table_fit _ _ (stage_ok st H)) ru Hru)) in C.
Qed.

(** * What it asks of the arithmetic *)
(** How many coordinates a literal reads. *)
Lemma holds_length r a : length (holds regs (r, Some a)) = match type_of regs r with OneHot _ => 1 | Code k => k end.
Proof.
  unfold holds, vector. cbn [fst snd]. destruct (type_of regs r); [reflexivity|]. now rewrite map_length, seq_length.
Qed.

Lemma holds_cells i b : i <= K ->
  length (flat_map (holds regs) (over i (fun j => (cell D j, Some b)))) = i.
Proof.
  intros Hi. unfold over. transitivity (length (seq 0 i)); [|apply seq_length].
  assert (F : forall j, In j (seq 0 i) -> j < K) by (intros j Hj; apply in_seq in Hj; lia).
  induction (seq 0 i) as [|j l IH]; [reflexivity|]. cbn [map flat_map length].
  rewrite app_length, holds_length, IH by auto using in_cons. now rewrite type_cell by auto using in_eq.
Qed.

Lemma rule_small ru : rule_view ru -> (rule_need regs ru <= 8 * Z.of_nat (K + bits + 8))%Z.
Proof.
  intros H. unfold rule_need.
  cut (length (flat_map (holds regs) (whenever ru)) + length (then_write ru) <= K + bits + 7); [clear; lia|].
  destruct H as [q a _ _ | i ru Hi H | i ru Hi H | d a Hd | a].
  - unfold transition. destruct (match _ with Some _ => _ | None => _ end) as [[w m] p]. cbn [whenever then_write flat_map].
    rewrite !app_length, !holds_length, type_in_state, type_symbol. destruct m; cbn [length]; clear; lia.
  - destruct H as [<- | [<- | [<- | [<- | []]]]]; unfold on_step; cbn [whenever then_write flat_map];
      rewrite !app_length, !holds_length, type_is_step; rewrite ?holds_cells by lia; rewrite ?type_cell by assumption;
      cbn [length flag]; clear - Hi; lia.
  - destruct H as [<- | [<- | [<- | [<- | []]]]]; unfold on_step; cbn [whenever then_write flat_map];
      rewrite !app_length, !holds_length, ?type_right, ?type_left;
      rewrite ?type_carry, ?type_borrow, ?type_next_cell by assumption; cbn [length flag]; clear; lia.
  - unfold on_step. cbn [whenever then_write flat_map]. rewrite !app_length, !holds_length, type_is_step, type_answered.
    cbn [length flag]. clear. lia.
  - unfold on_step. cbn [whenever then_write flat_map]. rewrite !app_length, !holds_length, type_is_step, type_fetched.
    cbn [length flag]. clear. lia.
Qed.

(** Rules read at most one register of scratch. *)
Lemma no_scratch ls : (forall r v, In (r, v) ls -> r < length regs /\ r <> answered K D /\ r <> fetched K D) ->
  list_sum (map (fun l => if is_scratch regs (fst l) then length (holds regs l) else 0) ls) = 0.
Proof.
  induction ls as [|[r v] ls IH]; intros H; [reflexivity|]. cbn [map fst]. destruct (H r v (in_eq _ _)) as (Hr & N1 & N2).
  destruct (is_scratch regs r) eqn:E; [destruct (scratch_only M K D bits r Hr E); contradiction|].
  apply IH. intros r' v' H'. apply (H r' v'). now right.
Qed.

Lemma leaks_small st ru : In st stages -> In ru (rules (then_table st)) -> scratch_entries regs ru <= bits.
Proof.
  intros Hst Hru. pose proof (rules_fit _ _ (table_fit _ _ (stage_ok st Hst)) ru Hru) as F.
  assert (Known : forall r v, In (r, v) (whenever ru) -> r < length regs)
    by (intros r v Hr; apply (reads_fit _ _ _ F r v Hr)).
  pose proof bits_positive as P. unfold scratch_entries.
  assert (Step : is_scratch regs is_step = false).
  { destruct (is_scratch regs is_step) eqn:E; [|reflexivity].
    apply scratch_only in E; [|apply (known M), view_is_step]. revert E. unfold_registers. clear. lia. }
  destruct (rule_viewed st ru Hst Hru) as [q a _ _ | i ru Hi H | i ru Hi H | d a Hd | a]; clear Hru F.
  - rewrite no_scratch; [apply Nat.le_0_l|]. rewrite transition_reads in *. intros r v H. split; [now apply (Known r v)|].
    destruct H as [[= <- _] | [[= <- _] | []]]; unfold_registers; clear; lia.
  - rewrite no_scratch; [apply Nat.le_0_l|]. intros r v Hr. split; [now apply (Known r v)|]. clear Known.
    assert (C : r = is_step \/ exists j, j < K /\ r = cell D j).
    { destruct H as [<- | [<- | [<- | [<- | []]]]]; cbn [whenever] in Hr; destruct Hr as [[= <- _] | Hr]; auto; right;
        try (destruct Hr as [[= <- _] | []]; now exists i);
        apply in_over in Hr as (j & Hj & [= -> _]); exists j; (split; [lia | reflexivity]). }
    clear - C. destruct C as [-> | (j & Hj & ->)]; unfold_registers; lia.
  - rewrite no_scratch; [apply Nat.le_0_l|]. intros r v Hr. split; [now apply (Known r v)|]. clear Known.
    destruct H as [<- | [<- | [<- | [<- | []]]]]; cbn [whenever] in Hr;
      destruct Hr as [[= <- _] | [[= <- _] | [[= <- _] | []]]]; clear - Hi; unfold_registers; lia.
  - cbn [whenever map on_step fst list_sum fold_right]. rewrite Step, scratch_answered, holds_length, type_answered. lia.
  - cbn [whenever map on_step fst list_sum fold_right]. rewrite Step, scratch_fetched, holds_length, type_fetched. lia.
Qed.

Lemma digits_small l e : matches l = records_from K D e -> digits_of regs l <= K + D * bits.
Proof.
  intros E. unfold digits_of. rewrite E. unfold records_from, over. rewrite map_app, !map_map, list_sum_app. cbn [snd].
  assert (F : forall (f : nat -> nat) c xs, (forall x, In x xs -> f x = c) -> list_sum (map f xs) = length xs * c).
  { clear. induction xs as [|x xs IH]; intros H; [reflexivity|]. cbn [map length list_sum fold_right].
    rewrite H by apply in_eq. fold (list_sum (map f xs)). rewrite IH by auto using in_cons. reflexivity. }
  rewrite (F _ 1), (F _ bits), !seq_length.
  - assert ((D - e) * bits <= D * bits) by (apply Nat.mul_le_mono_r; lia). lia.
  - intros d Hd. apply in_seq in Hd. unfold size. now rewrite type_time by lia.
  - intros i Hi. apply in_seq in Hi. unfold size. now rewrite type_cell by lia.
Qed.

(** How large numbers may get in wei_ma's lookups and rules, and how much scratch a rule reads. *)
Theorem wei_ma_needs st : In st stages ->
  length (lookups st) <= 1 /\
  (forall l, In l (lookups st) -> (lookup_need regs l <= 2 ^ Z.of_nat bits * (3 * Z.of_nat (K + D * bits) + 2))%Z) /\
  (forall ru, In ru (rules (then_table st)) ->
    (rule_need regs ru <= 8 * Z.of_nat (K + bits + 8))%Z /\ scratch_entries regs ru <= bits).
Proof.
  intros H. split; [|split].
  - destruct (stage_viewed st H); cbn; lia.
  - assert (L : forall l e, matches l = records_from K D e -> length (idle l) = 2 -> prefer_digits regs l <= bits ->
      (lookup_need regs l <= 2 ^ Z.of_nat bits * (3 * Z.of_nat (K + D * bits) + 2))%Z).
    { intros l e E I P. unfold lookup_need, unit_of. rewrite I. pose proof (digits_small l e E) as G.
      assert (U : (2 ^ Z.of_nat (prefer_digits regs l) <= 2 ^ Z.of_nat bits)%Z) by (apply Z.pow_le_mono_r; lia).
      assert (V : (0 <= 2 ^ Z.of_nat (prefer_digits regs l))%Z) by (apply Z.pow_nonneg; lia).
      revert U V G.
      generalize (2 ^ Z.of_nat (prefer_digits regs l))%Z (2 ^ Z.of_nat bits)%Z (digits_of regs l) (K + D * bits).
      clear. intros u v a b U V G. change (Z.max 1 (Z.of_nat 2)) with 2%Z.
      apply Z.mul_le_mono_nonneg; lia. }
    destruct (stage_viewed st H) as [| | d Hd |]; try solve [intros l []]; intros l [<- | []].
    + apply (L _ (S d)); [reflexivity..|]. unfold prefer_digits, size. cbn [prefer]. now rewrite type_time.
    + apply (L _ 0); [reflexivity..|]. apply Nat.le_0_l.
  - intros ru Hru. split; [apply rule_small, (rule_viewed st ru H Hru) | now apply (leaks_small st)].
Qed.

(** So all stages are small where [limit] is this large and [eps] this small. *)
Corollary wei_ma_small limit eps : (IZR (8 * Z.of_nat (K + bits + 8)) <= limit)%R -> (0 <= eps)%R ->
  (eps * INR bits <= 1 / 4)%R -> forall st, In st stages -> stage_small regs limit eps st.
Proof.
  intros Hl He Hb st H. destruct (wei_ma_needs st H) as (N1 & _ & N2). split.
  - eapply Rle_trans; [apply IZR_le|exact Hl]. lia.
  - intros ru Hru. eapply Rle_trans; [apply IZR_le, N2, Hru | exact Hl].
  - intros ru Hru. eapply Rle_trans; [|exact Hb]. apply Rmult_le_compat_l; [exact He|]. now apply le_INR, N2.
Qed.

(** * The program, in symbols *)
Variable origin : Z.
Variables R T : nat.
Variable start : configuration.
Local Notation rows := (rows M K D B origin R start).
Local Notation conf := (conf M start).
Hypothesis starts : is_configuration M start.
Hypothesis two_way : one_way M = false.
Hypothesis cells_suffice : R + T <= 2 ^ K.
Hypothesis times_suffice : R + T <= B ^ D.
Hypothesis head_recorded : (origin <= head start < origin + Z.of_nat R)%Z.
Hypothesis elsewhere_blank : forall z, ~ (origin <= z < origin + Z.of_nat R)%Z -> tape start z = blank.

Lemma all_fit level i : i <= R + 1 + T -> row_fits regs (rows level i).
Proof. now apply (rows_fit_all M K D B bits blank origin R T start). Qed.

(** The last [k] search stages, then the fetch. *)
Lemma searches_run t k : t <= T -> k <= D ->
  stages_run regs (map (search_stage K D B) (rev (seq 0 k)) ++ [fetch_stage M K D blank]) (R + 2 + t)
    (rows (2 + D - k)) (rows (3 + D)).
Proof.
  intros Ht. induction k as [|k IH]; intros Hk.
  - cbn [seq rev map app stages_run]. exists (rows (3 + D)). split; [|trivial]. rewrite Nat.sub_0_r.
    now apply (fetch_stage_runs M K D B bits blank origin R start T); try assumption; exact all_fit.
  - rewrite seq_S, rev_app_distr. cbn [rev map app stages_run Nat.add]. exists (rows (2 + D - k)). split; [|apply IH; lia].
    replace (S (S D) - S k) with (1 + D - k) by lia.
    apply (search_stage_runs M K D B bits blank origin R start T); try assumption; exact all_fit.
Qed.

(** All stages turn what a sequence holds before into what it holds in the end. *)
Theorem wei_ma_runs t : t <= T -> stages_run regs stages (R + 2 + t) (rows 0) (rows (3 + D)).
Proof.
  intros Ht. unfold wei_ma. cbn [app stages_run].
  exists (rows 1). split; [now apply (step_stage_runs M K D B bits blank origin R T)|].
  exists (rows 2). split; [now apply (flip_stage_runs M K D B bits blank origin R T)|].
  pose proof (searches_run t D Ht (le_n D)) as H. now replace (2 + D - D) with 2 in H by lia.
Qed.

(** * The network *)
Variable domain : number -> Prop.
Variable limit : number.
Variable O : arithmetic number.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> number), nat -> number.
Variable eps : number.
Hypothesis exact : exact_on domain limit O.
Hypothesis eps_range : (0 <= eps <= 1)%R.
Hypothesis small : forall st, In st stages -> stage_small regs limit eps st.
Hypothesis bring : forall n st, n <= R + 2 + T -> In st stages ->
  heads_bring regs domain O shares n eps (fun _ => True) (lookups st).
Variable blocks : list block.
Hypothesis blocks_fit : Forall2 (implements regs) blocks stages.
Local Notation decoded := (wei_ma_decoded O shares blocks M K D B bits origin R start).
Local Notation network_after := (wei_ma_after O shares blocks M K D bits).
Local Notation holds := (register_holds O regs).

Lemma limit_large : (2 <= limit)%R.
Proof.
  assert (H : In (step_stage M K D) stages) by now left. apply small, few_lookups in H. cbn in H. lra.
Qed.

Lemma half_small z : (Z.abs z <= 1)%Z -> half O (2 * z) = IZR z.
Proof.
  intros H. apply (half_integer _ _ _ exact). apply small_IZR in H. pose proof limit_large. lra.
Qed.

Lemma program_fine n : n <= R + 2 + T -> program_ok regs domain limit O shares n eps (fun _ => True) stages.
Proof.
  intros Hn st H. split; [now apply stage_ok|]. split; [now apply wei_ma_plain|]. split; [now apply small|].
  split; [now apply bring | easy].
Qed.

(** The network turns what a sequence holds before into what it holds in the end. *)
Theorem after_encodes t x : t <= T -> encodes regs (R + 2 + t) (rows 0) x ->
  encodes regs (R + 2 + t) (rows (3 + D)) (network_after (R + 2 + t) x).
Proof.
  intros Ht Hx. unfold wei_ma_after.
  refine (proj1 (network_exact regs domain limit O exact shares (R + 2 + t) eps eps_range (fun _ => True)
    (fun _ _ _ H => H) blocks stages 1 (rows 0) _ x blocks_fit _ _ I Hx)).
  - apply program_fine. lia.
  - exists (rows 0). split; [now intros i r | now apply wei_ma_runs].
Qed.

(** A register is fed back to one of the same type. *)
Lemma fed_type r s : r < length regs -> fed K D r = Some s -> s < length regs /\ type_of regs s = type_of regs r.
Proof.
  intros Hr. unfold fed.
  destruct (Nat.eqb_spec r in_state) as [->|_].
  { intros [= <-]. split; [apply (known M), view_next_state | now rewrite type_in_state, type_next_state]. }
  destruct (Nat.eqb_spec r is_step) as [->|_]; cbn [orb].
  { intros [= <-]. split; [apply (known M), view_is_step | reflexivity]. }
  destruct (Nat.eqb_spec r is_moved) as [->|_].
  { intros [= <-]. split; [apply (known M), view_is_step | now rewrite type_is_moved, type_is_step]. }
  destruct (Nat.eqb_spec r (symbol D)) as [->|_].
  { intros [= <-]. split; [apply (known M), view_next_symbol | now rewrite type_symbol, type_next_symbol]. }
  destruct (find _ _) as [i|] eqn:F; [|discriminate]. intros [= <-]. apply find_some in F as [Hi E].
  apply in_seq in Hi. apply Nat.eqb_eq in E. subst r. assert (i < K) by lia.
  split; [now apply (known M), view_next_cell | now rewrite type_next_cell, type_cell].
Qed.

(** Decoding builds the rows of the run. *)
Theorem decode_encodes t : t <= T -> encodes regs (R + 2 + t) (rows 0) (decoded t).
Proof.
  induction t as [|t IH]; intros Ht i f Hi Hf.
  - cbn [wei_ma_decoded]. unfold embedded. rewrite half_small by apply flat_small. f_equal. apply flat_ext; [|assumption].
    intros r Hr. apply (prompt_rows M K D B bits blank); trivial. lia.
  - specialize (IH ltac:(lia)). cbn [wei_ma_decoded]. unfold embedded. cbv zeta.
    destruct (Nat.eqb_spec i (R + 2 + t)) as [->|Ne]; [|apply IH; lia].
    apply coordinate_of in Hf as (r & j & Hr & Hj & ->). rewrite place_at, (flat_at _ (rows 0 _)) by assumption.
    rewrite (fed_rows M K D B bits blank origin R T start) by (trivial; lia).
    destruct (fed K D r) as [s|] eqn:F.
    + apply fed_type in F as [Hs E]; [|assumption].
      assert (Hj' : j < size regs s) by (unfold size in *; now rewrite E).
      rewrite (after_encodes t _ ltac:(lia) IH) by (try apply first_below; trivial; lia).
      replace (R + 2 + t - 1) with (R + 1 + t) by lia. now rewrite flat_at, E.
    + rewrite half_small by apply flat_small. now rewrite flat_at.
Qed.

(** The sequence after the network, once [t] steps are decoded. *)
Theorem ended_encodes t : t <= T ->
  encodes regs (R + 2 + t) (rows (3 + D)) (network_after (R + 2 + t) (decoded t)).
Proof. intros Ht. apply after_encodes; [assumption | now apply decode_encodes]. Qed.

(** * What rows hold *)
Lemma holds_value n s y i r v : encodes regs n s y -> i < n -> r < length regs -> s i r = v -> holds (y i) r v.
Proof.
  intros Hy Hi Hr E j Hj. rewrite Hy, flat_at, E by (trivial; now apply first_below).
  symmetry. apply half_small, coordinate_small.
Qed.

Lemma holds_cell n s y i j z : encodes regs n s y -> i < n -> j < K -> holds (y i) (cell D j) (Some (cell_digit z j)) ->
  s i (cell D j) <> None /\
  forall z', s i (cell D j) = Some (cell_digit z' j) -> cell_digit z' j = cell_digit z j.
Proof.
  intros Hy Hi Hj H. assert (Hr : cell D j < length regs) by (now apply (known M), view_cell).
  assert (S : 0 < size regs (cell D j)) by (unfold size; rewrite type_cell by assumption; cbn; lia).
  specialize (H 0 S). rewrite Hy, flat_at, half_small, type_cell in H
    by (trivial; try apply coordinate_small; now apply first_below).
  apply eq_IZR in H. split.
  - intros E. rewrite E in H. cbn [coordinate] in H. destruct (Nat.testbit _ 0); discriminate.
  - intros z' E. rewrite E in H. revert H. unfold cell_digit.
    destruct (Z.testbit z' (Z.of_nat j)), (Z.testbit z (Z.of_nat j)); cbn; easy.
Qed.

(** The row of machine step [t'] holds what the run is after it. *)
Lemma run_held t t' (y := network_after (R + 2 + t) (decoded t)) : t <= T -> t' <= t ->
  holds (y (R + 1 + t')) next_state (Some (state (run M t' start))) /\
  (forall j, j < K -> holds (y (R + 1 + t')) (next_cell K D j) (Some (cell_digit (head (run M t' start)) j))) /\
  holds (y (R + 1 + t')) (next_symbol D) (Some (tape (run M t' start) (head (run M t' start)))).
Proof.
  intros Ht Ht'. pose proof (ended_encodes t Ht) as Hy. fold y in Hy. repeat split.
  - apply (holds_value _ _ _ _ _ _ Hy); [lia | apply (known M), view_next_state |].
    rewrite rows_step, step_row_next_state. now destruct t'.
  - intros j Hj. apply (holds_value _ _ _ _ _ _ Hy); [lia | now apply (known M), view_next_cell |].
    rewrite rows_step, step_row_next_cell by assumption. now destruct t'.
  - apply (holds_value _ _ _ _ _ _ Hy); [lia | apply (known M), view_next_symbol |].
    rewrite rows_step, step_row_next_symbol. now rewrite (proj2 (Nat.leb_le _ _)) by lia.
Qed.

(** * The window of cells *)
(** The least of the recorded cells and those of the tape head. *)
Lemma least_cell t : exists low, (low <= origin)%Z /\ (forall u, u <= t -> (low <= head (conf u))%Z) /\
  (low = origin \/ exists u, u <= t /\ low = head (conf u)).
Proof.
  clear. induction t as [|t (low & L1 & L2 & L3)].
  - exists (Z.min origin (head (conf 0))). split; [lia|]. split.
    + intros u Hu. replace u with 0 by lia. lia.
    + destruct (Z.min_spec origin (head (conf 0))) as [[_ ->] | [_ ->]]; [auto | right; now exists 0].
  - exists (Z.min low (head (conf (S t)))). split; [lia|]. split.
    + intros u Hu. destruct (Nat.eq_dec u (S t)) as [->|]; [lia|]. specialize (L2 u ltac:(lia)). lia.
    + destruct (Z.min_spec low (head (conf (S t)))) as [[_ ->] | [_ ->]].
      * destruct L3 as [->|(u & Hu & ->)]; [auto | right; exists u; auto].
      * right. now exists (S t).
Qed.

Lemma heads_near u v : u <= T -> v <= T -> (Z.abs (head (conf u) - head (conf v)) <= Z.of_nat T)%Z.
Proof.
  intros Hu Hv. pose proof (head_steps M K D B bits blank R start T two_way cells_two some_digits base digits_fit blank_fits
    cells_suffice times_suffice) as N.
  destruct (Nat.le_ge_cases u v).
  - specialize (N u (v - u)). replace (u + (v - u)) with v in N by lia. lia.
  - specialize (N v (u - v)). replace (v + (u - v)) with u in N by lia. lia.
Qed.

(** Side by side with it, 2^K cells hold all these. *)
Lemma window t : t <= T -> exists low, let inside := fun z => (low <= z < low + 2 ^ Z.of_nat K)%Z in
  (forall u, u <= t -> inside (head (conf u))) /\ forall i, i < R -> inside (origin + Z.of_nat i)%Z.
Proof.
  intros Ht. destruct (least_cell t) as (low & L1 & L2 & L3). exists low. cbv zeta.
  assert (P : (Z.of_nat R + Z.of_nat T <= 2 ^ Z.of_nat K)%Z).
  { rewrite <- Nat2Z.inj_add. change 2%Z with (Z.of_nat 2). rewrite <- Nat2Z.inj_pow. lia. }
  pose proof (heads_near 0) as N0. change (conf 0) with start in N0. split.
  - intros u Hu. split; [now apply L2|]. destruct L3 as [->|(v & Hv & ->)].
    + specialize (N0 u). lia.
    + pose proof (heads_near u v). lia.
  - intros i Hi. split; [lia|]. destruct L3 as [->|(v & Hv & ->)]; [lia|]. specialize (N0 v). lia.
Qed.

(** * The run *)
(** After [t] decoding steps the sequence represents the configuration after [t] machine steps. *)
Theorem represents_run t : t <= T ->
  Decoding.wei_ma_represents O M K D bits blank origin R (network_after (R + 2 + t) (decoded t)) (R + 2 + t) (run M t start).
Proof.
  intros Ht. pose proof (run_held t t Ht (le_n t)) as (H1 & H2 & H3). pose proof (ended_encodes t Ht) as Hy.
  set (y := network_after (R + 2 + t) (decoded t)) in *. clearbody y.
  unfold Decoding.wei_ma_represents. replace (R + 2 + t - 1) with (R + 1 + t) by lia.
  split; [exact (conj H1 (conj H2 H3))|]. clear H1 H2 H3.
  destruct (window t Ht) as (low & W1 & W2). exists low. cbv zeta in *.
  split; [now apply W1|]. split; [exact W2|].
  assert (Inside : forall j, j < R + t ->
    (low <= record_cell M origin R start j < low + 2 ^ Z.of_nat K)%Z).
  { intros j Hj. unfold record_cell. destruct (Nat.ltb_spec j R); [now apply W2 | apply W1; lia]. }
  assert (Record : forall j, j < R + t ->
    wei_ma_records O M K D bits y (row_of R j) (record_cell M origin R start j) (record_symbol M origin R start j)).
  { intros j Hj. destruct (record_row M K D B origin R start some_digits (3 + D) j ltac:(lia)) as (_ & E1 & E2 & _).
    pose proof (row_of_seen R j t Hj). split.
    - apply (holds_value _ _ _ _ _ _ Hy); [lia | apply (known M), view_written | exact E1].
    - intros i Hi. apply (holds_value _ _ _ _ _ _ Hy); [lia | now apply (known M), view_cell | now apply E2]. }
  assert (Only : forall i z a, i < R + 2 + t -> (low <= z < low + 2 ^ Z.of_nat K)%Z -> wei_ma_records O M K D bits y i z a ->
    exists j, j < R + t /\ i = row_of R j /\ record_cell M origin R start j = z).
  { intros i z a Hi Hz [_ H]. destruct (row_cases R i t ltac:(lia)) as [-> | [-> | (j & Hj & ->)]].
    - exfalso. refine (proj1 (holds_cell _ _ _ _ 0 z Hy Hi _ (H 0 _)) _); [lia..|].
      now rewrite rows_prompt by lia.
    - exfalso. refine (proj1 (holds_cell _ _ _ _ 0 z Hy Hi _ (H 0 _)) _); [lia..|].
      apply (proj1 (start_row M K D B origin R start (3 + D))). lia.
    - exists j. split; [assumption|]. split; [reflexivity|]. apply (same_in_window K low); auto.
      apply same_cell_digits. intros c Hc. apply (proj2 (holds_cell _ _ _ _ _ _ Hy Hi Hc (H c Hc))).
      apply record_row; [assumption | lia | assumption]. }
  intros z. pose proof (latest_symbol_at M K D B bits blank origin R start T cells_two some_digits base digits_fit blank_fits
    cells_suffice times_suffice head_recorded elsewhere_blank t z) as L. change (conf t) with (run M t start) in L.
  pose proof (find_latest (fun j => (record_cell M origin R start j =? z)%Z) (R + t)) as F.
  destruct (find _ _) as [m|].
  - destruct F as (Hm & E & Last). apply Z.eqb_eq in E. split; [|intros N; exfalso; apply N; rewrite <- E; now apply Inside].
    intros Hz. left. exists (row_of R m). pose proof (row_of_seen R m t Hm). split; [lia|]. split.
    + rewrite <- L, <- E. now apply Record.
    + intros i a Hi H'. destruct (Only i z a ltac:(lia) Hz H') as (j & Hj & -> & Ej).
      specialize (Last j Hj (proj2 (Z.eqb_eq _ _) Ej)). revert Hi Last. unfold row_of. clear.
      destruct (Nat.ltb_spec j R), (Nat.ltb_spec m R); lia.
  - split; [|auto]. intros Hz. right. split; [exact L|]. intros i a Hi H'.
    destruct (Only i z a Hi Hz H') as (j & Hj & _ & Ej). apply Z.eqb_eq in Ej. now rewrite F in Ej.
Qed.

(** The network decodes the run: the sequence represents each configuration in its turn, and one holds all of them. *)
Theorem wei_ma_correct t (y := network_after (R + 2 + t) (decoded t)) : t <= T ->
  Decoding.wei_ma_represents O M K D bits blank origin R y (R + 2 + t) (run M t start) /\
  forall t', t' <= t -> wei_ma_says O M K D bits (y (R + 1 + t')) (run M t' start).
Proof. intros Ht. split; [now apply represents_run | intros t' Ht'; now apply run_held]. Qed.

(** * Retrieval *)
(** What the search comes to is the latest record of the cell. *)
Theorem latest_found t t' i (y := network_after (R + 2 + t) (decoded t)) : t' <= t <= T -> i <= R + 1 + t' ->
  wei_ma_at O M K D bits y i (head (conf t')) ->
  (forall i', i < i' <= R + 1 + t' -> ~ wei_ma_at O M K D bits y i' (head (conf t'))) ->
  forall e, e < D -> holds (y (R + 1 + t')) (found K D e) (Some (time_digit B (wei_ma_time R i) e)).
Proof.
  intros Ht Hi At Last e He. pose proof (ended_encodes t ltac:(lia)) as Hy. fold y in Hy. clearbody y.
  set (z := head (conf t')) in *.
  assert (Here : forall j, j < R + t' -> wei_ma_at O M K D bits y (row_of R j) (record_cell M origin R start j)).
  { intros j Hj c Hc. pose proof (row_of_seen R j t' Hj).
    apply (holds_value _ _ _ _ _ _ Hy); [lia | now apply (known M), view_cell |].
    now apply (record_row M K D B origin R start some_digits (3 + D) j ltac:(lia)). }
  assert (Same : forall j i', j < R + t' -> same_cell K (record_cell M origin R start j) z = true -> i' = row_of R j ->
    wei_ma_at O M K D bits y i' z).
  { intros j i' Hj S -> c Hc. rewrite <- (proj1 (same_cell_digits K _ z) S c Hc). now apply Here. }
  assert (Rec : exists j, j < R + t' /\ i = row_of R j /\ same_cell K (record_cell M origin R start j) z = true).
  { destruct (row_cases R i t' ltac:(lia)) as [-> | [-> | (j & Hj & ->)]].
    - exfalso. refine (proj1 (holds_cell _ _ _ _ 0 z Hy _ _ (At 0 _)) _); [lia..|]. now rewrite rows_prompt by lia.
    - exfalso. refine (proj1 (holds_cell _ _ _ _ 0 z Hy _ _ (At 0 _)) _); [lia..|].
      apply (proj1 (start_row M K D B origin R start (3 + D))). lia.
    - exists j. split; [assumption|]. split; [reflexivity|]. apply same_cell_digits. intros c Hc.
      pose proof (row_of_seen R j t' Hj).
      assert (Hn : row_of R j < R + 2 + t) by lia.
      apply (proj2 (holds_cell _ _ _ _ _ _ Hy Hn Hc (At c Hc))).
      now apply (record_row M K D B origin R start some_digits (3 + D) j ltac:(lia)). }
  destruct Rec as (j & Hj & -> & Sj).
  apply (holds_value _ _ _ _ _ _ Hy); [lia | now apply (known M), view_found |].
  rewrite rows_step, step_row_found by assumption. rewrite (proj2 (Nat.leb_le _ _)) by lia.
  pose proof (latest_spec M K origin R start t') as L. fold z in L.
  assert (E : wei_ma_time R (row_of R j) = j).
  { clear. unfold wei_ma_time, row_of. destruct (Nat.ltb_spec j R).
    - rewrite (proj2 (Nat.leb_le _ _)) by lia. lia.
    - rewrite (proj2 (Nat.leb_gt _ _)) by lia. lia. }
  rewrite E. destruct (latest M K origin R start t') as [m|].
  - destruct L as (Hm & Sm & Most). specialize (Most j Hj Sj). destruct (Nat.eq_dec j m) as [->|N]; [reflexivity|].
    exfalso. apply (Last (row_of R m)); [|now apply (Same m)].
    pose proof (row_of_seen R m t' Hm). revert Most N. unfold row_of in *. clear - H.
    destruct (Nat.ltb_spec j R), (Nat.ltb_spec m R); lia.
  - specialize (L j Hj). congruence.
Qed.
End WeiMaNetwork.
