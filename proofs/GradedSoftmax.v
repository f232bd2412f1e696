(** Softmax to the base 2^c as floats compute it: its inverse temperature and its logits are rounded, the largest is
    subtracted, and the device's exponential is nearly right. Its shares are graded, with an error that is counted here. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Flocq Require Import Core Relative Plus_error.
From Tmformer Require Import Transformer Numbers Arithmetic Sums Normalisers GradedSums GradedHeads.
Import ListNotations.
Local Open Scope R_scope.

Lemma ln_2_bounds : 1 / 2 < ln 2 < 7 / 10.
Proof.
  split; [pose proof ln_lt_2; lra|]. rewrite <- (ln_exp (7 / 10)). apply ln_increasing; [lra|].
  assert (G : forall y b a, 0 < a -> b <= a * a -> a < exp y -> b < exp (y + y)) by (intros y b a Ha Hb H;
    rewrite exp_plus; nra).
  assert (H : 101093 / 100000 < exp (7 / 640)) by (pose proof (exp_ineq1 (7 / 640) ltac:(lra)); lra).
  apply (G _ (102196 / 100000)) in H; [|lra..]. apply (G _ (104440 / 100000)) in H; [|lra..].
  apply (G _ (109075 / 100000)) in H; [|lra..]. apply (G _ (118973 / 100000)) in H; [|lra..].
  apply (G _ (141545 / 100000)) in H; [|lra..]. apply (G _ 2) in H; [|lra..].
  match type of H with _ < exp ?y => replace y with (7 / 10) in H by field end. exact H.
Qed.

(** Such there are: exp, rounded. *)
Lemma rounded_exp_graded p least : (8 <= p)%Z -> (least <= 2 - p)%Z ->
  graded_exp_facts p least (fun x => round radix2 (FLT_exp least p) ZnearestE (exp x)).
Proof.
  intros Hp Hl. assert (Prec_gt_0 p) by (unfold Prec_gt_0; lia). split.
  - rewrite exp_0. apply round_generic; [auto with typeclass_instances|]. now apply (format_small p least Hp Hl 1).
  - intros x _ _. split; [split|apply generic_format_round; auto with typeclass_instances].
    + apply round_ge_generic; auto with typeclass_instances; [apply generic_format_0|left; apply exp_pos].
    + destruct (error_N_FLT radix2 least p ltac:(lia) (fun x => negb (Z.even x)) (exp x)) as (eps & eta & He & Ht & _ & ->).
      pose proof (exp_pos x). pose proof (bpow_gt_0 radix2 (- p)). pose proof (Rle_abs eps). pose proof (Rle_abs eta).
      assert (bpow radix2 least <= bpow radix2 (least + p)) by (apply bpow_le; lia). pose proof (bpow_gt_0 radix2 least).
      rewrite bpow_plus in He. replace (bpow radix2 1) with 2 in He by reflexivity.
      apply Rplus_le_compat; [apply Rmult_le_compat_l|]; lra.
Qed.

(** By how much a power is too large at most, for scores up to [S]. *)
Definition logit_error (p S : Z) (c : nat) : R := 6 * IZR S * (INR c * (7 / 10)) * bpow radix2 (- p) * (1 + bpow radix2 (-
  p)) ^ 2.
Definition power_error (p S : Z) (c : nat) : R := (1 + 8 * bpow radix2 (- p)) / (1 - logit_error p S c) - 1.

Section Softmax.
Variables p least most : Z.
Variable overflow : R -> R.
Hypothesis precise : (8 <= p)%Z.
Hypothesis small_numbers : (least <= - p - 1)%Z.
Hypothesis has_range : (p <= most)%Z.
Local Instance softmax_precision : Prec_gt_0 p. Proof. unfold Prec_gt_0; lia. Qed.
Notation format := (generic_format radix2 (FLT_exp least p)).
Notation rounded := (rounded p least most overflow).
Notation range := (bpow radix2 most).
Notation nearest := (round radix2 (FLT_exp least p) ZnearestE).
Notation u := (bpow radix2 (- p)).

Variable device_exp : R -> R.
Hypothesis facts : graded_exp_facts p least device_exp.
Variable c : nat.
Hypothesis some_sharpness : (1 <= c)%nat.
Variable beta : R.
Hypothesis base : Rabs (beta - INR c * ln 2) <= u * (INR c * ln 2).
Variable S : Z.
Hypothesis some_score : (1 <= S)%Z.
Hypothesis logits_fit : (2 * (Z.of_nat c * S) < 2 ^ p)%Z.
Hypothesis small_error : logit_error p S c < 1.
Notation B0 := (INR c * ln 2).
Notation N := (IZR (Z.of_nat c * S)).

Lemma u_small : 0 < u <= 1 / 256.
Proof. split; [apply bpow_gt_0|]. replace (1 / 256) with (bpow radix2 (-8)) by (cbn; lra). apply bpow_le. lia. Qed.

Lemma base_bounds : 1 / 4 <= beta <= B0 * (1 + u) /\ B0 * (1 + u) <= INR c.
Proof.
  pose proof ln_2_bounds. pose proof u_small. assert (C : 1 <= INR c) by (change 1 with (INR 1); now apply le_INR).
  assert (1 / 2 <= B0) by nra. apply Rabs_le_inv in base. split; [split; nra|].
  apply Rle_trans with (INR c * (ln 2 * (1 + u))); [lra|]. rewrite <- (Rmult_1_r (INR c)) at 2.
  apply Rmult_le_compat_l; [lra|]. nra.
Qed.

Lemma N_format z : (Z.abs z <= 2 * (Z.of_nat c * S))%Z -> format (IZR z) /\ Rabs (IZR z) < range.
Proof.
  intros H. assert (A : Rabs (IZR z) < bpow radix2 p).
  { rewrite <- abs_IZR, <- IZR_Zpower by lia. apply IZR_lt. cbn [radix_val radix2]. lia. }
  split; [|eapply Rlt_le_trans; [exact A|apply bpow_le; lia]].
  apply (multiple_format p least precise 0); [lia|apply multiple_integer; lia|]. rewrite Z.add_0_r. lra.
Qed.

(** A logit is nearly right. *)
Lemma logit_close z : Rabs (IZR z) <= IZR S -> let L := rounded (beta * IZR z) in
  Rabs (L - beta * IZR z) <= u * (beta * IZR S) /\ - N <= L <= N /\ L = nearest (beta * IZR z) /\ format L.
Proof.
  intros Hz L. destruct base_bounds as [[B1 B2] B3]. pose proof u_small as U.
  assert (Bz : Rabs (beta * IZR z) <= beta * IZR S).
  { rewrite Rabs_mult, (Rabs_right beta) by lra. apply Rmult_le_compat_l; lra. }
  assert (BN : beta * IZR S <= N).
  { rewrite mult_IZR, <- INR_IZR_INZ. apply Rmult_le_compat_r; [apply IZR_le; lia|lra]. }
  destruct (N_format (- (Z.of_nat c * S))%Z ltac:(lia)) as [F1 R1].
  destruct (N_format (Z.of_nat c * S)%Z ltac:(lia)) as [F2 R2].
  rewrite opp_IZR in F1, R1.
  destruct (rounded_between p least most overflow precise (- N) N (beta * IZR z) F1 F2) as (A & E & F); auto.
  { apply Rabs_le_inv in Bz. lra. }
  fold L in A, E, F. split; [|repeat split; auto; lra]. rewrite E.
  destruct (Z.eq_dec z 0) as [->|Nz].
  - rewrite Rmult_0_r, round_0, Rminus_0_r, Rabs_R0 by auto with typeclass_instances.
    apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [lra|]. apply IZR_le. lia.
  - eapply Rle_trans.
    + apply (relative_error_N_FLT radix2 least p ltac:(lia) (fun x => negb (Z.even x))).
      apply Rle_trans with (bpow radix2 (-2)); [apply bpow_le; lia|]. rewrite Rabs_mult, (Rabs_right beta) by lra.
      assert (1 <= Rabs (IZR z)) by (rewrite <- abs_IZR; apply IZR_le; lia).
      replace (bpow radix2 (-2)) with (1 / 4) by (cbn; lra). nra.
    + replace (/ 2 * bpow radix2 (- p + 1)) with u by (rewrite bpow_plus; cbn; lra). apply Rmult_le_compat_l; lra.
Qed.

(** What is subtracted from what. *)
Lemma difference_close z w : Rabs (IZR z) <= IZR S -> Rabs (IZR w) <= IZR S -> (z <= w)%Z ->
  let a := rounded (rounded (beta * IZR z) - rounded (beta * IZR w)) in
  a <= 0 /\ format a /\ (z = w -> a = 0) /\ a <= - (B0 * IZR (w - z)) + logit_error p S c.
Proof.
  intros Hz Hw Le a. destruct (logit_close z Hz) as (C1 & A1 & E1 & F1). destruct (logit_close w Hw) as (C2 & A2 & E2 & F2).
  destruct base_bounds as [[B1 B2] B3]. pose proof u_small as U. pose proof ln_2_bounds as L2.
  set (L := rounded (beta * IZR z)) in *. set (L' := rounded (beta * IZR w)) in *.
  assert (LL : L <= L').
  { rewrite E1, E2. apply round_le; auto with typeclass_instances. apply Rmult_le_compat_l; [lra|]. now apply IZR_le. }
  destruct (N_format (- (2 * (Z.of_nat c * S)))%Z ltac:(lia)) as [F3 R3]. rewrite opp_IZR, mult_IZR in F3, R3.
  destruct (rounded_between p least most overflow precise (- (2 * N)) 0 (L - L') F3) as (A & E & F).
  { apply generic_format_0. }
  { lra. }
  { exact R3. }
  { rewrite Rabs_R0. apply bpow_gt_0. }
  fold a in A, E, F. split; [lra|]. split; [exact F|]. split.
  - intros ->. unfold a, L, L'. rewrite Rminus_eq_0. apply rounded_format; [exact precise|apply generic_format_0|].
    rewrite Rabs_R0. apply bpow_gt_0.
  - assert (F2' : format (- L')) by now apply generic_format_opp.
    destruct (FLT_plus_error_N_ex radix2 least p (fun x => negb (Z.even x)) L (- L') F1 F2') as (delta & Hd & Ed).
    assert (Up : u_ro radix2 p = u) by (unfold u_ro; rewrite bpow_plus; cbn; lra). rewrite Up in Hd.
    assert (Hd' : - u <= delta <= u).
    { apply Rabs_le_inv. eapply Rle_trans; [exact Hd|]. apply Rmult_le_reg_r with (1 + u); [lra|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
    assert (Ea : a = (L - L') * (1 + delta)) by (rewrite E; exact Ed). clear Ed Hd Up F3 R3 A E F F1 F2 F2' A1 A2 E1 E2.
    apply Rabs_le_inv in C1, C2, base, Hz, Hw. rewrite minus_IZR. apply IZR_le in Le.
    assert (S1 : 1 <= IZR S) by (apply IZR_le; lia).
    set (e := u * (beta * IZR S)) in *. set (g := IZR w - IZR z).
    assert (D1 : L - L' <= - (beta * g) + 2 * e) by (unfold g; lra).
    assert (D2 : - (beta * g) - 2 * e <= L - L') by (unfold g; lra).
    assert (G0 : 0 <= g <= 2 * IZR S) by (unfold g; lra).
    assert (A1 : a <= (L - L') + u * (beta * g + 2 * e)) by (rewrite Ea; nra).
    assert (Bg : beta * g <= 2 * (beta * IZR S)) by nra.
    assert (A2 : a <= - (beta * g) + 2 * e + u * (2 * (beta * IZR S) + 2 * e)) by nra.
    assert (Bb : - (beta * g) <= - (B0 * g) + u * B0 * (2 * IZR S)) by nra.
    assert (B0p : 0 < B0) by (assert (1 <= INR c) by (change 1 with (INR 1); now apply le_INR); nra).
    assert (He : e <= u * (B0 * (1 + u) * IZR S)) by (unfold e; apply Rmult_le_compat_l; [lra|]; apply Rmult_le_compat_r;
      lra).
    assert (HbS : beta * IZR S <= B0 * (1 + u) * IZR S) by (apply Rmult_le_compat_r; lra).
    set (X := B0 * IZR S * u). assert (X0 : 0 <= X) by (unfold X; apply Rmult_le_pos; [apply Rmult_le_pos; lra|lra]).
    assert (He' : e <= X * (1 + u)) by (unfold X; lra).
    assert (A3 : a <= - (B0 * g) + 2 * X + 2 * (X * (1 + u)) + 2 * (X * (1 + u) * (1 + u))).
    { assert (u * (2 * (beta * IZR S) + 2 * e) <= 2 * (X * (1 + u)) + 2 * u * (X * (1 + u))).
      { assert (u * (beta * IZR S) <= X * (1 + u)) by (unfold X; fold e; unfold X in He'; lra).
        assert (u * e <= u * (X * (1 + u))) by (apply Rmult_le_compat_l; lra). lra. }
      assert (u * B0 * (2 * IZR S) = 2 * X) by (unfold X; ring). nra. }
    assert (XE : 6 * X * (1 + u) ^ 2 <= logit_error p S c).
    { unfold logit_error, X. replace (6 * (B0 * IZR S * u) * (1 + u) ^ 2) with (B0 * (6 * IZR S * u * (1 + u) ^ 2)) by ring.
      replace (6 * IZR S * (INR c * (7 / 10)) * u * (1 + u) ^ 2) with (INR c * (7 / 10) * (6 * IZR S * u * (1 + u) ^ 2)) by
        ring.
      apply Rmult_le_compat_r.
      - repeat apply Rmult_le_pos; lra.
      - apply Rmult_le_compat_l; [apply pos_INR|lra]. }
    cbn [pow] in XE. nra.
Qed.

Theorem float_softmax_graded :
  graded_shares p least (IZR S) c (power_error p S c) (bpow radix2 (least + p)) (float_softmax p least most overflow
    device_exp beta).
Proof.
  intros n sees z score Hs Hz w Hw Ww j Hj. unfold float_softmax. apply wins_spec in Ww as [Sw Lw].
  assert (Lg : forall i, (i < n)%nat -> logit p least most overflow beta score i = rounded (beta * IZR (z i))).
  { intros i Hi. unfold logit. now rewrite Hs. }
  destruct (sees j) eqn:Sj; [|split; [reflexivity|]; split; [unfold wins; rewrite Sj; discriminate|discriminate]].
  split; [discriminate|].
  rewrite ((largest_is p least most overflow beta) score n sees w Hw Sw).
  2: { intros i Hi Si. rewrite !Lg by assumption. destruct (logit_close (z i) (Hz i Hi)) as (_ & _ & -> & _).
       destruct (logit_close (z w) (Hz w Hw)) as (_ & _ & -> & _). apply round_le; auto with typeclass_instances.
       destruct base_bounds. apply Rmult_le_compat_l; [lra|]. apply IZR_le. auto. }
  rewrite !Lg by assumption.
  destruct (difference_close (z j) (z w) (Hz j Hj) (Hz w Hw) (Lw j Hj Sj)) as (A & F & E & B).
  set (a := rounded _) in *. split.
  - intros W. apply wins_spec in W as [_ W]. rewrite E; [apply (exp_of_0 _ _ _ facts)|].
    apply Z.le_antisymm; [now apply Lw|now apply W].
  - intros _. destruct (exp_is_close _ _ _ facts a A F) as [[P Q] Fe]. split; [|exact Fe]. split; [exact P|].
    eapply Rle_trans; [exact Q|]. apply Rplus_le_compat_r. unfold power_error.
    assert (Le : (z j <= z w)%Z) by now apply Lw. set (g := Z.to_nat (z w - z j)).
    assert (Eg : IZR (z w - z j) = INR g) by (unfold g; rewrite INR_IZR_INZ, Z2Nat.id by lia; reflexivity). rewrite Eg in B.
    assert (E2 : exp (- (B0 * INR g)) = / 2 ^ (c * g)).
    { rewrite exp_Ropp. f_equal. replace (B0 * INR g) with (INR (c * g) * ln 2) by (rewrite mult_INR; ring).
      apply (Rpower_pow (c * g) 2). lra. }
    set (er := logit_error p S c) in *. pose proof u_small as U.
    assert (X : exp a <= / 2 ^ (c * g) * / (1 - er)).
    { apply Rle_trans with (exp (- (B0 * INR g) + er)).
      - destruct (Rle_lt_or_eq_dec _ _ B) as [K| ->]; [left; now apply exp_increasing|lra].
      - rewrite exp_plus, E2. apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, pow_lt; lra|].
        rewrite <- (Ropp_involutive er) at 1. rewrite exp_Ropp. apply Rinv_le_contravar; [lra|].
        pose proof (exp_ineq1_le (- er)). lra. }
    replace (/ 2 ^ (c * g) * (1 + ((1 + 8 * u) / (1 - er) - 1))) with (/ 2 ^ (c * g) * / (1 - er) * (1 + 8 * u)).
    + apply Rmult_le_compat_r; lra.
    + unfold Rdiv. ring.
Qed.
End Softmax.

(** * Enough *)
Lemma growth_bound x n : 0 <= x -> INR n * x < 1 -> (1 + x) ^ n <= / (1 - INR n * x).
Proof.
  intros Hx H. assert (G : (1 + x) ^ n * (1 - INR n * x) <= 1).
  { clear H. induction n as [|n IH]; [cbn; lra|]. rewrite S_INR. cbn [pow].
    assert (P : 0 <= (1 + x) ^ n) by (apply pow_le; lra). pose proof (pos_INR n).
    assert ((1 + x) * (1 - (INR n + 1) * x) <= 1 - INR n * x) by nra.
    apply Rle_trans with ((1 + x) ^ n * (1 - INR n * x)); [|exact IH].
    replace ((1 + x) * (1 + x) ^ n * (1 - (INR n + 1) * x)) with ((1 + x) ^ n * ((1 + x) * (1 - (INR n + 1) * x))) by ring.
    now apply Rmult_le_compat_l. }
  apply Rmult_le_reg_r with (1 - INR n * x); [lra|]. rewrite Rinv_l by lra. exact G.
Qed.

(** To be checked with numbers: for codes of up to [k] digits, logits off by [er] at most, and powers by a factor of [1
    + eps]. *)
Lemma sharp_by p least digits n c k er eps t : (digits <= k)%nat -> (n <= 2 ^ digits)%nat ->
  12 * (INR k + 1) * (INR c * (7 / 10)) * bpow radix2 (- p) * (1 + bpow radix2 (- p)) ^ 2 <= er -> er < 1 ->
  1 + 8 * bpow radix2 (- p) <= (1 + eps) * (1 - er) ->
  2 ^ k * bpow radix2 (least + p) <= t -> 2 ^ k * bpow radix2 (- p) < 1 ->
  / 2 ^ c * (1 + eps) + t <= 1 / 4 ->
  1 + ((1 + / 4 ^ c) ^ k - 1 + / 2 ^ c) * (1 + eps) + t <= 4 / 3 * (1 - 2 ^ k * bpow radix2 (- p)) ->
  logit_error p (2 * (Z.of_nat digits + 1)) c < 1 /\
  sharp_in_floats p digits n c (power_error p (2 * (Z.of_nat digits + 1)) c) (bpow radix2 (least + p)).
Proof.
  intros Hk Hn He E1 Heps Ht Hu Hq H. set (u := bpow radix2 (- p)) in *. assert (U : 0 < u) by apply bpow_gt_0.
  set (tiny := bpow radix2 (least + p)) in *. assert (T : 0 < tiny) by apply bpow_gt_0.
  assert (K : INR digits <= INR k) by now apply le_INR.
  assert (L : 0 <= logit_error p (2 * (Z.of_nat digits + 1)) c <= er).
  { unfold logit_error. fold u. rewrite mult_IZR, plus_IZR, <- INR_IZR_INZ. pose proof (pos_INR digits).
    pose proof (pos_INR c).
    assert (Q : 0 <= (1 + u) ^ 2) by (apply pow_le; lra).
    split; [repeat apply Rmult_le_pos; lra|]. eapply Rle_trans; [|exact He].
    apply Rmult_le_compat_r; [exact Q|]. apply Rmult_le_compat_r; [lra|].
    apply Rmult_le_compat_r; [apply Rmult_le_pos; lra|lra]. }
  split; [lra|]. unfold power_error. fold u. set (l := logit_error _ _ _) in *.
  set (eps' := (1 + 8 * u) / (1 - l) - 1).
  assert (Eps : 0 <= eps' <= eps).
  { unfold eps'. split.
    - assert (1 <= (1 + 8 * u) / (1 - l)); [|lra]. apply Rmult_le_reg_r with (1 - l); [lra|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
    - assert ((1 + 8 * u) / (1 - l) <= 1 + eps); [|lra]. apply Rmult_le_reg_r with (1 - l); [lra|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. rewrite Rmult_1_r. eapply Rle_trans; [exact Heps|].
      apply Rmult_le_compat_l; [|lra].
      destruct (Rle_lt_dec 0 (1 + eps)) as [|N]; [assumption|].
      pose proof (Rmult_lt_0_compat (- (1 + eps)) (1 - er) ltac:(lra) ltac:(lra)). lra. }
  assert (P2 : 0 < / 2 ^ c) by (apply Rinv_0_lt_compat, pow_lt; lra).
  assert (P4 : 0 < / 4 ^ c) by (apply Rinv_0_lt_compat, pow_lt; lra).
  assert (Nk : INR n <= 2 ^ k).
  { apply Rle_trans with (INR (2 ^ k)); [apply le_INR|rewrite pow_INR; replace (INR 2) with 2 by (cbn; lra); lra].
    eapply Nat.le_trans; [exact Hn|]. apply Nat.pow_le_mono_r; lia. }
  assert (N1 : 1 <= 2 ^ k) by (apply pow_R1_Rle; lra). pose proof (pos_INR n) as N0.
  assert (Nt : INR n * tiny <= t) by (eapply Rle_trans; [|exact Ht]; apply Rmult_le_compat_r; lra).
  assert (Nu : INR n * u <= 2 ^ k * u) by (apply Rmult_le_compat_r; lra).
  split; [lra|]. split; [lra|]. split.
  - eapply Rle_trans; [|exact Hq]. apply Rplus_le_compat; [apply Rmult_le_compat_l; lra|].
    eapply Rle_trans; [|exact Ht]. rewrite <- (Rmult_1_l tiny) at 1. apply Rmult_le_compat_r; lra.
  - assert (Pk : 1 <= (1 + / 4 ^ c) ^ digits <= (1 + / 4 ^ c) ^ k).
    { split; [apply pow_R1_Rle; lra|]. apply Rle_pow; [lra|exact Hk]. }
    assert (A : 0 <= 1 + ((1 + / 4 ^ c) ^ digits - 1 + / 2 ^ c) * (1 + eps') + INR n * tiny <= 4 / 3 * (1 - INR n * u)).
    { split.
      - apply Rplus_le_le_0_compat; [|apply Rmult_le_pos; lra]. apply Rplus_le_le_0_compat; [lra|]. apply Rmult_le_pos; lra.
      - apply Rle_trans with (1 + ((1 + / 4 ^ c) ^ k - 1 + / 2 ^ c) * (1 + eps) + t); [|lra].
        apply Rplus_le_compat; [|exact Nt]. apply Rplus_le_compat_l. apply Rmult_le_compat; lra. }
    fold u. assert (G := growth_bound u n ltac:(lra) ltac:(lra)).
    apply Rle_trans with (/ (1 - INR n * u) * (4 / 3 * (1 - INR n * u))).
    + apply Rmult_le_compat; try lra. apply pow_le. lra.
    + apply Req_le. field. lra.
Qed.

(** binary32: c = 3 for up to 12 digits, 4 for up to 21. *)
Lemma sharp_binary32_3 digits n : (digits <= 12)%nat -> (n <= 2 ^ digits)%nat ->
  logit_error 24 (2 * (Z.of_nat digits + 1)) 3 < 1 /\
  sharp_in_floats 24 digits n 3 (power_error 24 (2 * (Z.of_nat digits + 1)) 3) (bpow radix2 (-149 + 24)).
Proof.
  intros H Hn. assert (U : bpow radix2 (- (24)) = / 16777216) by (cbn; lra).
  assert (T : bpow radix2 (-149 + 24) <= / 16777216) by (rewrite <- U; apply bpow_le; lia).
  apply (sharp_by 24 (-149) digits n 3 12 (1 / 10000) (1 / 1000) (1 / 1000) H Hn); rewrite ?U; cbn [INR pow]; lra.
Qed.
Lemma sharp_binary32_4 digits n : (digits <= 21)%nat -> (n <= 2 ^ digits)%nat ->
  logit_error 24 (2 * (Z.of_nat digits + 1)) 4 < 1 /\
  sharp_in_floats 24 digits n 4 (power_error 24 (2 * (Z.of_nat digits + 1)) 4) (bpow radix2 (-149 + 24)).
Proof.
  intros H Hn. assert (U : bpow radix2 (- (24)) = / 16777216) by (cbn; lra).
  assert (T : bpow radix2 (-149 + 24) <= / 16777216 * / 16777216).
  { rewrite <- U, <- bpow_plus. apply bpow_le. lia. }
  apply (sharp_by 24 (-149) digits n 4 21 (1 / 10000) (1 / 1000) (1 / 1000) H Hn); rewrite ?U; cbn [INR pow]; lra.
Qed.

(** binary16: c = 4 for up to 8 digits; bfloat16: c = 4 for up to 4. *)
Lemma sharp_binary16_4 digits n : (digits <= 8)%nat -> (n <= 2 ^ digits)%nat ->
  logit_error 11 (2 * (Z.of_nat digits + 1)) 4 < 1 /\
  sharp_in_floats 11 digits n 4 (power_error 11 (2 * (Z.of_nat digits + 1)) 4) (bpow radix2 (-24 + 11)).
Proof.
  intros H Hn. assert (U : bpow radix2 (- (11)) = / 2048) by (cbn; lra).
  assert (T : bpow radix2 (-24 + 11) = / 8192) by (cbn; lra).
  apply (sharp_by 11 (-24) digits n 4 8 (149 / 1000) (181 / 1000) (32 / 1000) H Hn); rewrite ?U, ?T; cbn [INR pow]; lra.
Qed.
Lemma sharp_bfloat16_4 digits n : (digits <= 4)%nat -> (n <= 2 ^ digits)%nat ->
  logit_error 8 (2 * (Z.of_nat digits + 1)) 4 < 1 /\
  sharp_in_floats 8 digits n 4 (power_error 8 (2 * (Z.of_nat digits + 1)) 4) (bpow radix2 (-133 + 8)).
Proof.
  intros H Hn. assert (U : bpow radix2 (- (8)) = / 256) by (cbn; lra).
  assert (T : bpow radix2 (-133 + 8) <= / 256 * / 256) by (rewrite <- U, <- bpow_plus; apply bpow_le; lia).
  apply (sharp_by 8 (-133) digits n 4 4 (662 / 1000) (2052 / 1000) (1 / 1000) H Hn); rewrite ?U; cbn [INR pow]; lra.
Qed.
