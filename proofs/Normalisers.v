(** What the arithmetics and normalisers of [Numbers] do with whole scores: hard attention and saturated softmax pick
    the rows of the largest score, softmax favours them. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Flocq Require Import Core.
From Tmformer Require Import Transformer Numbers Arithmetic Sums.
Import ListNotations.
Local Open Scope R_scope.

(** A seen row of the largest score. *)
Definition wins (n : nat) (sees : nat -> bool) (z : nat -> Z) (j : nat) : bool :=
  sees j && forallb (fun i => negb (sees i) || (z i <=? z j)%Z) (seq 0 n).

Lemma wins_spec n sees z j : wins n sees z j = true <->
  sees j = true /\ forall i, (i < n)%nat -> sees i = true -> (z i <= z j)%Z.
Proof.
  unfold wins. rewrite andb_true_iff, forallb_forall. split; intros [H K]; split; auto.
  - intros i Hi E. specialize (K i ltac:(apply in_seq; lia)). rewrite E in K. cbn in K. lia.
  - intros i Hi. apply in_seq in Hi. destruct (sees i) eqn:E; [|reflexivity]. cbn. apply Z.leb_le. apply K; [lia|assumption].
Qed.

(** Among seen rows one wins. *)
Lemma winner n sees z k : (k < n)%nat -> sees k = true -> exists j, (j < n)%nat /\ wins n sees z j = true /\ (z k <= z j)%Z.
Proof.
  intros Hk Sk.
  assert (H : forall m, (m <= n)%nat -> exists j, (j < n)%nat /\ sees j = true /\ (z k <= z j)%Z /\
            forall i, (i < m)%nat -> sees i = true -> (z i <= z j)%Z).
  { induction m as [|m IH]; intros Hm.
    - exists k. repeat split; auto; lia.
    - destruct IH as (j & Hj & Sj & Kj & Lj); [lia|].
      destruct (sees m) eqn:Sm.
      + destruct (Z.le_gt_cases (z m) (z j)).
        * exists j. repeat split; auto. intros i Hi Si. assert (i = m \/ (i < m)%nat) as [->|] by lia; auto.
        * exists m. repeat split; auto; try lia. intros i Hi Si. assert (i = m \/ (i < m)%nat) as [->|] by lia; [lia|].
          specialize (Lj i ltac:(assumption) Si). lia.
      + exists j. repeat split; auto. intros i Hi Si. assert (i = m \/ (i < m)%nat) as [->|] by lia; [congruence|auto]. }
  destruct (H n (le_n n)) as (j & Hj & Sj & Kj & Lj). exists j. split; [assumption|]. split; [|assumption].
  apply wins_spec. auto.
Qed.

(** Shares are 1 for winners and 0 for all others, if scores are whole numbers up to [B]. *)
Definition saturated (B : R) (shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R) : Prop :=
  forall n sees z score, (forall j, (j < n)%nat -> score j = IZR (z j)) -> (forall j, (j < n)%nat ->
    Rabs (IZR (z j)) <= B) ->
  forall j, (j < n)%nat -> shares n sees score j = if wins n sees z j then 1 else 0.

(** Winners share alike; what the others get is at most [gap] of a winner's share. *)
Definition graded (gap : R) (shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R) : Prop :=
  forall n sees z score, (forall j, (j < n)%nat -> score j = IZR (z j)) ->
  (forall j, (j < n)%nat -> 0 <= shares n sees score j) /\
  (forall j, (j < n)%nat -> sees j = false -> shares n sees score j = 0) /\
  forall w, (w < n)%nat -> wins n sees z w = true ->
    0 < shares n sees score w /\
    forall j, (j < n)%nat ->
      (wins n sees z j = true -> shares n sees score j = shares n sees score w) /\
      (wins n sees z j = false -> shares n sees score j <= gap * shares n sees score w).

(** * Real numbers *)
Lemma real_exact B : exact_on (fun _ => True) B real.
Proof.
  constructor; cbn; intros; auto.
  - rewrite mult_IZR. field. apply not_0_IZR. lia.
  - now apply rsum_ext.
Qed.

Lemma hard_saturated B : saturated B hard.
Proof.
  intros n sees z score Hs _ j Hj. unfold hard, wins.
  replace (forallb (fun i => negb (sees i) || at_most (score i) (score j)) (seq 0 n))
    with (forallb (fun i => negb (sees i) || (z i <=? z j)%Z) (seq 0 n)); [reflexivity|].
  rewrite (Hs j Hj). assert (H : forall i, In i (seq 0 n) -> score i = IZR (z i)).
  { intros i Hi. apply in_seq in Hi. apply Hs. lia. }
  induction (seq 0 n) as [|i l IH]; [reflexivity|]. cbn [forallb].
  rewrite IH by (intros; apply H; now right). f_equal. f_equal. rewrite (H i) by now left.
  unfold at_most. destruct (Rle_dec (IZR (z i)) (IZR (z j))) as [L|L].
  - apply le_IZR in L. now apply Z.leb_le.
  - apply Z.leb_gt. apply Znot_ge_lt. intros G. apply L. apply IZR_le. lia.
Qed.

(** Scores are whole, so those of other rows are smaller by 1 or more. *)
Lemma softmax_graded beta : 0 <= beta -> graded (exp (- beta)) (softmax beta).
Proof.
  intros Hb n sees z score Hs. unfold softmax. split; [|split].
  - intros j Hj. destruct (sees j); [left; apply exp_pos|lra].
  - intros j _ ->. reflexivity.
  - intros w Hw Ww. assert (K := Ww). apply wins_spec in K as [Sw Lw]. rewrite Sw. split; [apply exp_pos|].
    intros j Hj. split.
    + intros Wj. apply wins_spec in Wj as [Sj Lj]. rewrite Sj, (Hs j), (Hs w) by assumption.
      replace (z j) with (z w); [reflexivity|]. specialize (Lj w Hw Sw). specialize (Lw j Hj Sj). lia.
    + intros Wj. destruct (sees j) eqn:Sj; [|apply Rmult_le_pos; left; apply exp_pos].
      rewrite <- exp_plus, (Hs j), (Hs w) by assumption.
      assert (Hz : (z j <= z w - 1)%Z).
      { specialize (Lw j Hj Sj). destruct (Z.eq_dec (z j) (z w)) as [E|E]; [|lia]. exfalso.
        assert (wins n sees z j = true); [|congruence]. apply wins_spec. split; [assumption|].
        intros i Hi Si. rewrite E. apply wins_spec in Ww as [_ L]. auto. }
      apply IZR_le in Hz. rewrite minus_IZR in Hz.
      destruct (Rle_lt_or_eq_dec (beta * IZR (z j)) (- beta + beta * IZR (z w))) as [L | ->]; [nra| |lra].
      left. now apply exp_increasing.
Qed.

(** * Floats *)
Lemma added_ext precision least most overflow t f g : (forall i, In i (leaves t) -> f i = g i) ->
  added precision least most overflow t f = added precision least most overflow t g.
Proof. induction t; cbn; intros H; [auto|]. now rewrite IHt1, IHt2 by (intros; apply H; auto using in_or_app). Qed.

(** The halves of whole numbers: what the numbers of saturated runs are. *)
Definition halves (x : R) : Prop := exists z, x = IZR z / 2.

Lemma halves_add x y : halves x -> halves y -> halves (x + y).
Proof. intros [a ->] [b ->]. exists (a + b)%Z. rewrite plus_IZR. lra. Qed.
Lemma halves_mul z x : halves x -> halves (IZR z * x).
Proof. intros [a ->]. exists (z * a)%Z. rewrite mult_IZR. lra. Qed.
Lemma halves_integer z : halves (IZR z).
Proof. exists (2 * z)%Z. rewrite mult_IZR. lra. Qed.

Definition listed_sum (l : list nat) (f : nat -> R) : R := fold_right (fun i rest => f i + rest) 0 l.

Lemma listed_sum_app l l' f : listed_sum (l ++ l') f = listed_sum l f + listed_sum l' f.
Proof. unfold listed_sum. induction l as [|i l IH]; cbn; [lra|]. rewrite IH. lra. Qed.
Lemma listed_sum_permuted l l' f : Permutation l l' -> listed_sum l f = listed_sum l' f.
Proof. induction 1; unfold listed_sum in *; cbn; lra. Qed.
Lemma listed_sum_seq n f : listed_sum (seq 0 n) f = rsum n f.
Proof. induction n; [reflexivity|]. rewrite seq_S, listed_sum_app, IHn. cbn. lra. Qed.
Lemma listed_sum_abs l f : Rabs (listed_sum l f) <= listed_sum l (fun i => Rabs (f i)).
Proof.
  unfold listed_sum. induction l as [|i l IH]; cbn; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
Lemma listed_sum_halves l f : (forall i, In i l -> halves (f i)) -> halves (listed_sum l f).
Proof.
  unfold listed_sum. induction l as [|i l IH]; cbn; intros H; [exists 0%Z; lra|]. apply halves_add; auto.
Qed.
Lemma listed_sum_abs_pos l f : 0 <= listed_sum l (fun i => Rabs (f i)).
Proof. unfold listed_sum. induction l; cbn; [lra|]. pose proof (Rabs_pos (f a)). lra. Qed.

Section Floats.
Variables precision least most : Z.
Variable overflow : R -> R.
Hypothesis some_digits : (8 <= precision)%Z.
Hypothesis has_halves : (least <= -1)%Z.
Hypothesis has_range : (precision <= most)%Z.

Local Instance positive_precision : Prec_gt_0 precision. Proof. unfold Prec_gt_0; lia. Qed.
Notation rounded := (rounded precision least most overflow).
Notation B := (bpow radix2 (precision - 1)).

Lemma B_large : 128 <= B.
Proof. change 128 with (bpow radix2 7). apply bpow_le. lia. Qed.

Lemma B_in_range : 2 * B <= bpow radix2 most.
Proof. change 2 with (bpow radix2 1). rewrite <- bpow_plus. apply bpow_le. lia. Qed.

(** A whole number times a power of two that is at least 1/2 is a number of the format, up to 2^precision. *)
Lemma rounded_scaled z e : (-1 <= e)%Z -> Rabs (IZR z) <= 2 * B -> Rabs (IZR z * bpow radix2 e) < bpow radix2 most ->
  rounded (IZR z * bpow radix2 e) = IZR z * bpow radix2 e.
Proof.
  intros He Hz Hm. unfold Numbers.rounded. set (y := round _ _ _ _).
  assert (E : y = IZR z * bpow radix2 e); [|rewrite E; now destruct (Rlt_dec _ _)]. unfold y. clear y Hm.
  apply round_generic; [auto with typeclass_instances|].
  assert (P : 2 * B = bpow radix2 precision).
  { change 2 with (bpow radix2 1). rewrite <- bpow_plus. f_equal. lia. }
  rewrite P in Hz. destruct (Rle_lt_or_eq_dec _ _ Hz) as [L|E].
  - apply generic_format_FLT. exists (Float radix2 z e).
    + reflexivity.
    + cbn [Fnum]. apply lt_IZR. rewrite abs_IZR, IZR_Zpower by lia. exact L.
    + cbn. lia.
  - assert (G : generic_format radix2 (FLT_exp least precision) (bpow radix2 (precision + e))).
    { apply generic_format_bpow. unfold FLT_exp. apply Z.max_lub; lia. }
    rewrite bpow_plus in G.
    destruct (Rle_dec 0 (IZR z)) as [Pz|Nz].
    + rewrite Rabs_right in E by lra. now rewrite E.
    + rewrite Rabs_left in E by lra. replace (IZR z * bpow radix2 e) with (- (bpow radix2 precision * bpow radix2 e)) by
      (rewrite <- E; ring).
      now apply generic_format_opp.
Qed.

Lemma rounded_halves x : halves x -> Rabs x <= B -> rounded x = x.
Proof.
  intros [z ->] H. replace (IZR z / 2) with (IZR z * bpow radix2 (-1)) by (cbn; lra).
  pose proof B_large. pose proof B_in_range. apply rounded_scaled; [lia| |].
  - unfold Rdiv in H. rewrite Rabs_mult, (Rabs_right (/ 2)) in H by lra. lra.
  - replace (IZR z * bpow radix2 (-1)) with (IZR z / 2) by (cbn; lra). lra.
Qed.

Lemma rounded_integer z : Rabs (IZR z) <= B -> rounded (IZR z) = IZR z.
Proof. intros. apply rounded_halves; [apply halves_integer|assumption]. Qed.

Lemma added_exact t f : (forall i, In i (leaves t) -> halves (f i)) -> listed_sum (leaves t) (fun i => Rabs (f i)) <= B ->
  added precision least most overflow t f = listed_sum (leaves t) f.
Proof.
  induction t as [i|l IHl r IHr]; cbn [leaves added]; intros Hf Hb; [cbn; lra|].
  rewrite listed_sum_app in Hb.
  pose proof (listed_sum_abs_pos (leaves l) f). pose proof (listed_sum_abs_pos (leaves r) f).
  rewrite IHl, IHr by (auto using in_or_app; lra). rewrite listed_sum_app. apply rounded_halves.
  - apply halves_add; apply listed_sum_halves; auto using in_or_app.
  - eapply Rle_trans; [apply Rabs_triang|].
    pose proof (listed_sum_abs (leaves l) f). pose proof (listed_sum_abs (leaves r) f). lra.
Qed.

Lemma largest_is beta (score : nat -> R) n sees w : (w < n)%nat -> sees w = true ->
  (forall i, (i < n)%nat -> sees i = true -> logit precision least most overflow beta score i <= logit precision least most
    overflow beta score w) ->
  largest precision least most overflow beta n sees score = logit precision least most overflow beta score w.
Proof.
  intros Hw Sw L. unfold largest. set (f := logit precision least most overflow beta score) in *.
  assert (In (f w) (map f (filter sees (seq 0 n)))) as I.
  { apply in_map, filter_In. split; [apply in_seq; lia|assumption]. }
  assert (forall x, In x (map f (filter sees (seq 0 n))) -> x <= f w) as U.
  { intros x Hx. apply in_map_iff in Hx as (i & <- & Hi). apply filter_In in Hi as [Hi Si]. apply in_seq in Hi.
    apply L; [lia|assumption]. }
  destruct (map f (filter sees (seq 0 n))) as [|x l]; [destruct I|].
  assert (G : forall l a, (forall y, In y l -> y <= f w) -> a <= f w ->
            (In (f w) l \/ a = f w) -> fold_left Rmax l a = f w).
  { clear. induction l as [|y l IH]; intros a U Ua I; cbn [fold_left].
    - destruct I as [[]|]. assumption.
    - apply IH; [intros; apply U; now right|apply Rmax_lub; [assumption|apply U; now left]|].
      destruct I as [[->|I]| ->]; [right; now apply Rmax_right|now left|right; apply Rmax_left, U; now left]. }
  apply G; [intros; apply U; now right|apply U; now left|]. destruct I as [->|I]; auto.
Qed.

Variable order : nat -> tree.
Hypothesis ordered : is_order order.

Theorem float_exact : exact_on halves B (float precision least most overflow order).
Proof.
  constructor; cbn [half add mul div relu sum float].
  - intros z. now exists z.
  - apply halves_add.
  - apply halves_mul.
  - intros z H. apply rounded_halves; [now exists z|assumption].
  - intros x y Hx Hy H. apply rounded_halves; [now apply halves_add|assumption].
  - intros x y [z ->] Hy H. apply rounded_halves; [now apply halves_mul|assumption].
  - intros n v Hn _ H. replace (IZR (n * v) / IZR n) with (IZR v).
    + apply rounded_integer. eapply Rle_trans; [|exact H]. rewrite <- !abs_IZR. apply IZR_le. rewrite Z.abs_mul. nia.
    + rewrite mult_IZR. field. apply not_0_IZR. lia.
  - reflexivity.
  - intros n f Hf Hb. destruct n as [|n]; [reflexivity|].
    assert (P := ordered n). rewrite <- listed_sum_seq in Hb |- *.
    rewrite <- (listed_sum_permuted _ _ _ P) in Hb. rewrite <- (listed_sum_permuted _ _ f P).
    apply added_exact; [|exact Hb]. intros i Hi. apply Hf.
    apply (Permutation_in _ P), in_seq in Hi. lia.
  - intros n f g H. destruct n as [|n]; [reflexivity|]. apply added_ext. intros i Hi. apply H.
    apply (Permutation_in _ (ordered n)), in_seq in Hi. lia.
Qed.

Variable device_exp : R -> R.
Variable e : Z.
Hypothesis not_small : (0 <= e)%Z.
Notation beta := (bpow radix2 e).
Hypothesis facts : exp_facts device_exp beta.
(** Logits of scores up to [S] are numbers of the format, and so are their differences. *)
Variable S : R.
Hypothesis few_scores : S <= B.
Hypothesis small_logits : 2 * S * beta < bpow radix2 most.

Theorem float_softmax_saturated : saturated S (float_softmax precision least most overflow device_exp beta).
Proof.
  intros n sees z score Hs Hz j Hj. pose proof B_large as HB. assert (Pb : 0 < beta) by apply bpow_gt_0.
  unfold float_softmax.
  assert (Lg : forall i, (i < n)%nat -> logit precision least most overflow beta score i = IZR (z i) * beta).
  { intros i Hi. unfold logit. rewrite Hs, Rmult_comm by assumption. specialize (Hz i Hi). apply rounded_scaled; [lia|lra|].
    rewrite Rabs_mult, (Rabs_right beta) by lra. pose proof (Rabs_pos (IZR (z i))). nra. }
  destruct (sees j) eqn:Sj; [|unfold wins; rewrite Sj; reflexivity].
  destruct (winner n sees z j Hj Sj) as (w & Hw & Ww & Lj). apply wins_spec in Ww as [Sw Lw].
  rewrite (largest_is beta score n sees w Hw Sw).
  2: { intros i Hi Si. rewrite !Lg by assumption. apply Rmult_le_compat_r; [lra|]. apply IZR_le. auto. }
  rewrite !Lg by assumption.
  replace (IZR (z j) * beta - IZR (z w) * beta) with (IZR (z j - z w) * beta) by (rewrite minus_IZR; ring).
  rewrite rounded_scaled.
  2: lia.
  2: { rewrite minus_IZR. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp.
       pose proof (Hz j Hj). pose proof (Hz w Hw). lra. }
  2: { rewrite Rabs_mult, (Rabs_right beta) by lra. eapply Rle_lt_trans; [|exact small_logits].
       apply Rmult_le_compat_r; [lra|]. rewrite minus_IZR. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp.
       pose proof (Hz j Hj). pose proof (Hz w Hw). lra. }
  destruct (Z.eq_dec (z j) (z w)) as [E|E].
  - replace (z j - z w)%Z with 0%Z by lia. rewrite Rmult_0_l, (exp_of_0_is_1 _ _ facts).
    assert (wins n sees z j = true) as ->; [|reflexivity]. apply wins_spec. split; [assumption|]. intros. rewrite E. auto.
  - replace (IZR (z j - z w) * beta) with (- (IZR (z w - z j) * beta)) by (rewrite !minus_IZR; ring).
    rewrite (exp_is_0_from_beta_on _ _ facts) by lia.
    destruct (wins n sees z j) eqn:W; [|reflexivity]. apply wins_spec in W as [_ K]. specialize (K w Hw Sw). lia.
Qed.
End Floats.
