(** Sums of floats where rounding happens: what is known of them in every order of summation. Sums of multiples of a
    power of two that stay small are exact; a sum lies between such sums of smaller and of larger terms; a sum of
    numbers that are not negative is too large by a factor (1 + u)^n at most, u the unit roundoff. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Flocq Require Import Core Plus_error Relative.
From Tmformer Require Import Transformer Numbers Arithmetic Sums Normalisers.
Import ListNotations.
Local Open Scope R_scope.

(** A whole number times 2^e. *)
Definition multiple (e : Z) (x : R) : Prop := exists z, x = IZR z * bpow radix2 e.

Lemma multiple_add e x y : multiple e x -> multiple e y -> multiple e (x + y).
Proof. intros [a ->] [b ->]. exists (a + b)%Z. rewrite plus_IZR. ring. Qed.
Lemma multiple_mul e z x : multiple e x -> multiple e (IZR z * x).
Proof. intros [a ->]. exists (z * a)%Z. rewrite mult_IZR. ring. Qed.
Lemma multiple_0 e : multiple e 0.
Proof. exists 0%Z. ring. Qed.
Lemma multiple_finer e e' x : (e' <= e)%Z -> multiple e x -> multiple e' x.
Proof.
  intros H [z ->]. exists (z * 2 ^ (e - e'))%Z. rewrite mult_IZR, (IZR_Zpower radix2) by lia.
  rewrite Rmult_assoc, <- bpow_plus. do 2 f_equal. lia.
Qed.
Lemma multiple_half e z : (e <= -1)%Z -> multiple e (IZR z / 2).
Proof. intros H. apply (multiple_finer (-1)); [exact H|]. exists z. cbn. lra. Qed.
Lemma multiple_integer e z : (e <= 0)%Z -> multiple e (IZR z).
Proof. intros H. apply (multiple_finer 0); [exact H|]. exists z. cbn. lra. Qed.
Lemma multiple_listed e l f : (forall i, In i l -> multiple e (f i)) -> multiple e (listed_sum l f).
Proof.
  unfold listed_sum. induction l as [|i l IH]; cbn; intros H; [apply multiple_0|]. apply multiple_add; auto.
Qed.

Lemma listed_sum_nonneg l f : (forall i, In i l -> 0 <= f i) -> 0 <= listed_sum l f.
Proof. unfold listed_sum. induction l as [|i l IH]; cbn; intros H; [lra|]. apply Rplus_le_le_0_compat; auto. Qed.

Lemma rsum_const n c : rsum n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [cbn; ring|]. rewrite S_INR. cbn [rsum]. rewrite IH. ring. Qed.

Section Sums.
Variables p least most : Z.
Variable overflow : R -> R.
Hypothesis some_digits : (8 <= p)%Z.
Hypothesis small_numbers : (least <= 2 - p)%Z.
Hypothesis has_range : (p <= most)%Z.

Local Instance digits_positive : Prec_gt_0 p. Proof. unfold Prec_gt_0; lia. Qed.
Notation format := (generic_format radix2 (FLT_exp least p)).
Notation rounded := (rounded p least most overflow).
Notation added := (added p least most overflow).
Notation range := (bpow radix2 most).
Notation nearest := (round radix2 (FLT_exp least p) ZnearestE).

Lemma range_large : 256 <= range.
Proof. change 256 with (bpow radix2 8). apply bpow_le. lia. Qed.

(** * Numbers of the format *)
Lemma multiple_format e x : (least <= e)%Z -> multiple e x -> Rabs x <= bpow radix2 (p + e) -> format x.
Proof.
  intros He [z ->] H. rewrite Rabs_mult, (Rabs_right (bpow radix2 e)), bpow_plus in H by (left; apply bpow_gt_0).
  apply Rmult_le_reg_r in H; [|apply bpow_gt_0].
  destruct (Rle_lt_or_eq_dec _ _ H) as [L|E].
  - apply generic_format_FLT. exists (Float radix2 z e); cbn [Fnum Fexp]; [reflexivity| |exact He].
    apply lt_IZR. rewrite abs_IZR, IZR_Zpower by lia. exact L.
  - assert (G : format (bpow radix2 (p + e))).
    { apply generic_format_bpow. unfold FLT_exp. apply Z.max_lub; lia. }
    rewrite bpow_plus in G. destruct (Rle_dec 0 (IZR z)) as [Pz|Nz].
    + rewrite Rabs_right in E by lra. now rewrite E.
    + rewrite Rabs_left in E by lra. replace (IZR z * bpow radix2 e) with (- (bpow radix2 p * bpow radix2 e)) by (rewrite <-
        E; ring).
      now apply generic_format_opp.
Qed.

Lemma format_multiple x : format x -> exists e, (least <= e)%Z /\ multiple e x /\ Rabs x <= bpow radix2 (p + e).
Proof.
  intros F. apply FLT_format_generic in F; [|apply digits_positive]. destruct F as [[m e] -> M E]. cbn [Fnum Fexp] in M, E.
  exists e.
  split; [exact E|]. split; [now exists m|]. unfold F2R. cbn [Fnum Fexp].
  rewrite Rabs_mult, (Rabs_right (bpow radix2 e)), bpow_plus by (left; apply bpow_gt_0).
  apply Rmult_le_compat_r; [left; apply bpow_gt_0|]. rewrite <- abs_IZR, <- IZR_Zpower by lia. apply IZR_le.
  cbn [radix_val radix2] in *. lia.
Qed.

(** Quarters are numbers of the format. *)
Lemma format_quarters z : (Z.abs z <= 64)%Z -> format (IZR z / 4).
Proof.
  intros H. apply (multiple_format (-2)); [lia| |].
  - exists z. cbn. lra.
  - apply Rle_trans with (bpow radix2 6); [|apply bpow_le; lia]. unfold Rdiv.
    rewrite Rabs_mult, (Rabs_right (/ 4)), <- abs_IZR by lra.
    apply IZR_le in H. cbn. lra.
Qed.
Lemma format_small z : (Z.abs z <= 16)%Z -> format (IZR z).
Proof. intros H. replace (IZR z) with (IZR (4 * z) / 4) by (rewrite mult_IZR; lra). apply format_quarters. lia. Qed.

Lemma format_double z x : (Z.abs z <= 2)%Z -> format x -> format (IZR z * x).
Proof.
  intros Hz F. destruct (format_multiple x F) as (e & He & [m Em] & B).
  assert (K : format (2 * x)).
  { apply (multiple_format (e + 1)); [lia| |].
    - exists m. rewrite Em, bpow_plus. cbn [bpow radix_val radix2 Z.pow_pos Pos.iter]. cbn. ring.
    - rewrite Rabs_mult, (Rabs_right 2), Z.add_assoc, bpow_plus by lra. replace (bpow radix2 1) with 2 by reflexivity. lra. }
  assert (D : z = 0%Z \/ z = 1%Z \/ z = 2%Z \/ z = (-1)%Z \/ z = (-2)%Z) by lia.
  destruct D as [->|[->|[->|[->| ->]]]].
  - rewrite Rmult_0_l. apply generic_format_0.
  - now rewrite Rmult_1_l.
  - exact K.
  - replace (-1 * x) with (- x) by ring. now apply generic_format_opp.
  - replace (-2 * x) with (- (2 * x)) by ring. now apply generic_format_opp.
Qed.

(** A number of the format that is 2 or more is a multiple of 2^(2 - p). *)
Lemma format_coarse x : format x -> 2 <= x -> multiple (2 - p) x.
Proof.
  intros F H. assert (M : (2 <= mag radix2 x)%Z).
  { apply mag_ge_bpow. rewrite Rabs_right by lra. exact H. }
  red in F. rewrite F. unfold F2R. cbn [Fnum Fexp]. apply (multiple_finer (cexp radix2 (FLT_exp least p) x)); [|eexists;
    reflexivity].
  unfold cexp, FLT_exp. lia.
Qed.

(** * Rounding *)
Lemma rounded_between a b x : format a -> format b -> a <= x <= b -> Rabs a < range -> Rabs b < range ->
  a <= rounded x <= b /\ rounded x = nearest x /\ format (rounded x).
Proof.
  intros Fa Fb [Ha Hb] Ra Rb. unfold Numbers.rounded.
  assert (A : a <= nearest x). { rewrite <- (round_generic radix2 (FLT_exp least p) ZnearestE a Fa).
  now apply round_le; auto with typeclass_instances. }
  assert (B : nearest x <= b). { rewrite <- (round_generic radix2 (FLT_exp least p) ZnearestE b Fb).
  now apply round_le; auto with typeclass_instances. }
  destruct (Rlt_dec _ _) as [L|L].
  - split; [now split|]. split; [reflexivity|]. apply generic_format_round; auto with typeclass_instances.
  - destruct L. apply Rabs_def2 in Ra, Rb. apply Rabs_def1; lra.
Qed.

Lemma rounded_format x : format x -> Rabs x < range -> rounded x = x.
Proof. intros F L. destruct (rounded_between x x x F F) as [H _]; [split; apply Rle_refl|exact L..|lra]. Qed.

Lemma rounded_multiple e x : (least <= e)%Z -> multiple e x -> Rabs x <= bpow radix2 (p + e) -> Rabs x < range -> rounded x
  = x.
Proof. intros. apply rounded_format; [now apply (multiple_format e)|assumption]. Qed.

(** * Sums *)
(** Sums of multiples of 2^e that stay small are numbers of the format. *)
Lemma listed_format e L l f : (least <= e)%Z -> L <= bpow radix2 (p + e) -> L < range ->
  (forall i, In i l -> multiple e (f i)) -> listed_sum l (fun i => Rabs (f i)) <= L ->
  format (listed_sum l f) /\ Rabs (listed_sum l f) < range.
Proof.
  intros He HL HR H S. pose proof (listed_sum_abs l f).
  split; [|lra]. apply (multiple_format e); [exact He|now apply multiple_listed|lra].
Qed.

Section Sandwich.
Variable e : Z.
Variable L : R.
Variables lo f hi : nat -> R.
Hypothesis not_finer : (least <= e)%Z.
Hypothesis L_small : L <= bpow radix2 (p + e).
Hypothesis L_in_range : L < range.
Definition sandwiched (i : nat) : Prop := multiple e (lo i) /\ multiple e (hi i) /\ lo i <= f i <= hi i /\ format (f i).

Lemma node_between l r : (forall i, In i (l ++ r) -> sandwiched i) ->
  listed_sum (l ++ r) (fun i => Rabs (lo i)) <= L -> listed_sum (l ++ r) (fun i => Rabs (hi i)) <= L ->
  forall a b, listed_sum l lo <= a <= listed_sum l hi -> listed_sum r lo <= b <= listed_sum r hi ->
  listed_sum (l ++ r) lo <= rounded (a + b) <= listed_sum (l ++ r) hi /\ rounded (a + b) = nearest (a + b) /\ format
    (rounded (a + b)).
Proof.
  intros H Ll Lh a b Ha Hb.
  destruct (listed_format e L (l ++ r) lo) as [F1 R1]; auto; [intros i I; now apply (H i)|].
  destruct (listed_format e L (l ++ r) hi) as [F2 R2]; auto; [intros i I; now apply (H i)|].
  apply rounded_between; auto. rewrite !listed_sum_app. lra.
Qed.

(** Between sums of multiples of 2^e that stay small. *)
Lemma sandwich t : (forall i, In i (leaves t) -> sandwiched i) ->
  listed_sum (leaves t) (fun i => Rabs (lo i)) <= L -> listed_sum (leaves t) (fun i => Rabs (hi i)) <= L ->
  listed_sum (leaves t) lo <= added t f <= listed_sum (leaves t) hi /\ format (added t f).
Proof.
  induction t as [i|l IHl r IHr]; cbn [leaves Numbers.added]; intros H Ll Lh.
  - destruct (H i (or_introl eq_refl)) as (_ & _ & B & F). cbn. split; [lra|exact F].
  - assert (N := node_between _ _ H Ll Lh). rewrite !listed_sum_app in Ll, Lh.
    pose proof (listed_sum_abs_pos (leaves l) lo). pose proof (listed_sum_abs_pos (leaves r) lo).
    pose proof (listed_sum_abs_pos (leaves l) hi). pose proof (listed_sum_abs_pos (leaves r) hi).
    destruct IHl as [Bl _]; [intros i I; apply H, in_or_app; now left|lra..|].
    destruct IHr as [Br _]; [intros i I; apply H, in_or_app; now right|lra..|].
    destruct (N _ _ Bl Br) as (B & _ & F). now split.
Qed.

(** Of numbers that are not negative: too large by little. *)
Lemma growth t : (forall i, In i (leaves t) -> sandwiched i) -> (forall i, In i (leaves t) -> 0 <= lo i) ->
  listed_sum (leaves t) (fun i => Rabs (lo i)) <= L -> listed_sum (leaves t) (fun i => Rabs (hi i)) <= L ->
  added t f <= (1 + bpow radix2 (- p)) ^ length (leaves t) * listed_sum (leaves t) f.
Proof.
  set (u := bpow radix2 (- p)). assert (U : 0 < u) by apply bpow_gt_0.
  induction t as [i|l IHl r IHr]; intros H P Ll Lh.
  - cbn. specialize (P i (or_introl eq_refl)). destruct (H i (or_introl eq_refl)) as (_ & _ & B & _). nra.
  - cbn [leaves Numbers.added] in *. assert (N := node_between _ _ H Ll Lh). rewrite !listed_sum_app in Ll, Lh.
    pose proof (listed_sum_abs_pos (leaves l) lo). pose proof (listed_sum_abs_pos (leaves r) lo).
    pose proof (listed_sum_abs_pos (leaves l) hi). pose proof (listed_sum_abs_pos (leaves r) hi).
    assert (Hl : forall i, In i (leaves l) -> sandwiched i) by (intros i I; apply H, in_or_app; now left).
    assert (Hr : forall i, In i (leaves r) -> sandwiched i) by (intros i I; apply H, in_or_app; now right).
    assert (Pl : forall i, In i (leaves l) -> 0 <= lo i) by (intros i I; apply P, in_or_app; now left).
    assert (Pr : forall i, In i (leaves r) -> 0 <= lo i) by (intros i I; apply P, in_or_app; now right).
    specialize (IHl Hl Pl ltac:(lra) ltac:(lra)). specialize (IHr Hr Pr ltac:(lra) ltac:(lra)).
    destruct (sandwich l Hl ltac:(lra) ltac:(lra)) as [Bl Fl]. destruct (sandwich r Hr ltac:(lra) ltac:(lra)) as [Br Fr].
    pose proof (listed_sum_nonneg _ _ Pl). pose proof (listed_sum_nonneg _ _ Pr).
    destruct (N _ _ Bl Br) as (_ & -> & _).
    destruct (FLT_plus_error_N_ex radix2 least p (fun x => negb (Z.even x)) _ _ Fl Fr) as (eps & Heps & ->).
    assert (Up : u_ro radix2 p = u) by (unfold u_ro, u; rewrite bpow_plus; cbn; lra). rewrite Up in Heps.
    assert (eps <= u).
    { pose proof (Rle_abs eps). assert (u / (1 + u) <= u); [|lra].
      apply Rmult_le_reg_r with (1 + u); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
    assert (G : forall t, (forall i, In i (leaves t) -> 0 <= lo i) -> (forall i, In i (leaves t) -> sandwiched i) ->
      0 <= listed_sum (leaves t) f /\ (1 <= length (leaves t))%nat).
    { intros t P' H'. split; [|clear; induction t; cbn; [lia|rewrite app_length; lia]].
      apply listed_sum_nonneg. intros i I. specialize (P' i I). destruct (H' i I) as (_ & _ & B & _). lra. }
    destruct (G l Pl Hl) as [Gl Nl]. destruct (G r Pr Hr) as [Gr Nr]. clear G N H P Hl Hr Pl Pr.
    rewrite app_length, listed_sum_app.
    set (a := length (leaves l)) in *. set (b := length (leaves r)) in *.
    set (A := listed_sum (leaves l) f) in *. set (B := listed_sum (leaves r) f) in *. set (C := (1 + u) ^ (a + b)).
    assert (K : forall m, (S m <= a + b)%nat -> (1 + u) * (1 + u) ^ m <= C).
    { intros m Hm. change ((1 + u) * (1 + u) ^ m) with ((1 + u) ^ S m). apply Rle_pow; [lra|exact Hm]. }
    assert (Ca := K a ltac:(lia)). assert (Cb := K b ltac:(lia)).
    apply Rle_trans with ((added l f + added r f) * (1 + u)); [apply Rmult_le_compat_l; lra|].
    apply Rle_trans with (((1 + u) * (1 + u) ^ a) * A + ((1 + u) * (1 + u) ^ b) * B).
    { apply Rle_trans with ((1 + u) * ((1 + u) ^ a * A + (1 + u) ^ b * B)); [|apply Req_le; ring].
      rewrite Rmult_comm. apply Rmult_le_compat_l; lra. }
    rewrite Rmult_plus_distr_l. apply Rplus_le_compat; now apply Rmult_le_compat_r.
Qed.
End Sandwich.

Variable order : nat -> tree.
Hypothesis ordered : is_order order.
Notation O := (float p least most overflow order).

Lemma leaves_below n i : In i (leaves (order (S n))) -> (i < S n)%nat.
Proof. intros H. apply (Permutation_in _ (ordered n)), in_seq in H. lia. Qed.

Lemma listed_order n f : listed_sum (leaves (order (S n))) f = rsum (S n) f.
Proof. now rewrite (listed_sum_permuted _ _ _ (ordered n)), listed_sum_seq. Qed.

(** Between sums of multiples of 2^e that stay small. *)
Lemma sum_between e L n lo f hi : (least <= e)%Z -> L <= bpow radix2 (p + e) -> L < range ->
  (forall i, (i < n)%nat -> multiple e (lo i) /\ multiple e (hi i) /\ lo i <= f i <= hi i /\ format (f i)) ->
  rsum n (fun i => Rabs (lo i)) <= L -> rsum n (fun i => Rabs (hi i)) <= L ->
  rsum n lo <= sum O n f <= rsum n hi /\ format (sum O n f).
Proof.
  intros He HL HR H. destruct n as [|n]; [cbn; intros; split; [lra|apply generic_format_0]|].
  rewrite <- !listed_order. intros Ll Lh. apply (sandwich e L); auto. intros i I. apply H. now apply leaves_below.
Qed.

(** Multiples of 2^e whose sum stays small are added exactly. *)
Lemma sum_exact e L n f : (least <= e)%Z -> L <= bpow radix2 (p + e) -> L < range ->
  (forall i, (i < n)%nat -> multiple e (f i)) -> rsum n (fun i => Rabs (f i)) <= L -> sum O n f = rsum n f.
Proof.
  intros He HL HR H S. destruct (sum_between e L n f f f He HL HR) as [B _]; [|exact S..|lra].
  intros i Hi. split; [auto|]. split; [auto|]. split; [lra|]. apply (multiple_format e); auto.
  apply Rle_trans with L; [|exact HL]. eapply Rle_trans; [now apply (rsum_term n f i)|exact S].
Qed.

(** Zeros and one number are added exactly. *)
Lemma sum_alone n f x : format x -> Rabs x < range -> (forall i, (i < n)%nat -> f i = 0 \/ f i = x) ->
  rsum n (fun i => Rabs (f i)) <= Rabs x -> sum O n f = rsum n f.
Proof.
  intros F R H S. destruct (format_multiple x F) as (e & He & M & B). apply (sum_exact e (Rabs x)); auto.
  intros i Hi. destruct (H i Hi) as [-> | ->]; [apply multiple_0|exact M].
Qed.

(** Shares between 0 and 1, one of them 1: their sum is at least 1, at most their number, and too large by little. *)
Lemma sum_of_shares n f w : (w < n)%nat -> f w = 1 -> INR n <= bpow radix2 p -> INR n < range ->
  (forall i, (i < n)%nat -> 0 <= f i <= 1 /\ format (f i)) ->
  1 <= sum O n f <= (1 + bpow radix2 (- p)) ^ n * rsum n f /\ sum O n f < range /\ format (sum O n f).
Proof.
  intros Hw Fw Hn Rn H. set (lo := fun i => if (i =? w)%nat then 1 else 0). set (hi := fun _ : nat => 1).
  assert (Lo : rsum n lo = 1) by (unfold lo; apply (rsum_single n w (fun _ => 1) Hw)).
  assert (LoA : rsum n (fun i => Rabs (lo i)) = 1).
  { rewrite <- Lo. apply rsum_ext. intros i _. unfold lo. destruct (i =? w)%nat; [apply Rabs_R1|apply Rabs_R0]. }
  assert (Hi : rsum n hi = INR n) by (unfold hi; rewrite rsum_const; ring).
  assert (HiA : rsum n (fun i => Rabs (hi i)) = INR n) by (unfold hi; rewrite rsum_const, Rabs_R1; ring).
  assert (N1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  assert (K : forall i, (i < n)%nat -> multiple 0 (lo i) /\ multiple 0 (hi i) /\ lo i <= f i <= hi i /\ format (f i)).
  { intros i I. unfold lo, hi. split; [destruct (i =? w)%nat; apply multiple_integer; lia|].
    split; [apply multiple_integer; lia|].
    destruct (H i I) as [B F]. split; [|exact F]. destruct (Nat.eqb_spec i w) as [->|]; lra. }
  destruct (sum_between 0 (INR n) n lo f hi) as [B F]; auto; try lra; [lia|now rewrite Z.add_0_r|].
  split; [split; [lra|]|split; [lra|exact F]].
  destruct n as [|n]; [lia|].
  assert (G := growth 0 (INR (S n)) lo f hi ltac:(lia) ltac:(now rewrite Z.add_0_r) Rn (order (S n))
    (fun i I => K i (leaves_below n i I))). rewrite !listed_order in G.
  rewrite (Permutation_length (ordered n)), seq_length in G. apply G; [|lra..].
  intros i _. unfold lo. destruct (i =? w)%nat; lra.
Qed.
End Sums.
