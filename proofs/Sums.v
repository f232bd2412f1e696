(** Sums of real numbers; what dot products, and the MLPs of a network, compute where the arithmetic is exact. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Transformer Layout Arithmetic.
Import ListNotations.
Local Open Scope R_scope.

(** * Sums *)
Lemma rsum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> rsum n f = rsum n g.
Proof. induction n as [|n IH]; intros H; cbn; [reflexivity|]. now rewrite IH, H by auto with arith. Qed.

Lemma rsum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> rsum n f <= rsum n g.
Proof. induction n as [|n IH]; intros H; cbn; [lra|]. apply Rplus_le_compat; auto with arith. Qed.

Lemma rsum_plus n f g : rsum n (fun i => f i + g i) = rsum n f + rsum n g.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma rsum_scal n c f : rsum n (fun i => c * f i) = c * rsum n f.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma rsum_zero n : rsum n (fun _ => 0) = 0.
Proof. induction n as [|n IH]; cbn; [reflexivity|]. rewrite IH. ring. Qed.

Lemma rsum_zeros n f : (forall i, (i < n)%nat -> f i = 0) -> rsum n f = 0.
Proof. intros H. rewrite (rsum_ext n f (fun _ => 0)) by exact H. apply rsum_zero. Qed.

Lemma rsum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= rsum n f.
Proof. intros H. rewrite <- (rsum_zero n). now apply rsum_le. Qed.

Lemma rsum_Rabs n f : Rabs (rsum n f) <= rsum n (fun i => Rabs (f i)).
Proof.
  induction n as [|n IH]; cbn; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. now apply Rplus_le_compat_r.
Qed.

(** One term only. *)
Lemma rsum_single n j f : (j < n)%nat -> rsum n (fun i => if (i =? j)%nat then f i else 0) = f j.
Proof.
  induction n as [|n IH]; intros H; [lia|]. cbn [rsum]. destruct (Nat.eqb_spec n j) as [->|E].
  - rewrite rsum_zeros; [ring|]. intros i Hi. destruct (Nat.eqb_spec i j); [lia|reflexivity].
  - rewrite IH by lia. ring.
Qed.

Lemma rsum_first n f : rsum (S n) f = f 0%nat + rsum n (fun i => f (S i)).
Proof. induction n as [|n IH]; [cbn; ring|]. cbn [rsum] in *. rewrite IH. ring. Qed.

(** The sum over the members of a list. *)
Lemma rsum_nth {A} (F : A -> R) (l : list A) (no : A) :
  rsum (length l) (fun h => F (nth h l no)) = fold_right (fun u rest => F u + rest) 0 l.
Proof. induction l as [|a l IH]; [reflexivity|]. cbn [length]. rewrite rsum_first. cbn. now rewrite IH. Qed.

Lemma integer_half z : IZR (2 * z) / 2 = IZR z.
Proof. rewrite mult_IZR. field. Qed.

(** * Dot products with rows *)
Definition rdot (w : row) (x : nat -> R) : R := fold_right (fun e rest => IZR (snd e) * x (fst e) + rest) 0 w.
(** The sum of the sizes of its terms. *)
Definition rdot_abs (w : row) (x : nat -> R) : R :=
  fold_right (fun e rest => Rabs (IZR (snd e)) * Rabs (x (fst e)) + rest) 0 w.

Lemma rdot_app w w' x : rdot (w ++ w') x = rdot w x + rdot w' x.
Proof. unfold rdot. induction w as [|e w IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma rdot_abs_le w x : Rabs (rdot w x) <= rdot_abs w x.
Proof.
  unfold rdot, rdot_abs. induction w as [|e w IH]; cbn; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult. now apply Rplus_le_compat_l.
Qed.

Lemma entry_cons f c w g : entry ((f, c) :: w) g = ((if (g =? f)%nat then c else 0) + entry w g)%Z.
Proof. cbn. rewrite (Nat.eqb_sym f g). now destruct (g =? f)%nat. Qed.

Lemma entry_app w w' f : entry (w ++ w') f = (entry w f + entry w' f)%Z.
Proof. induction w as [|[g c] w IH]; [reflexivity|]. cbn [app]. rewrite !entry_cons, IH. ring. Qed.

(** An entry is at most the sum of all that is listed. *)
Lemma entry_listed w f : Rabs (IZR (entry w f)) <= fold_right (fun e rest => Rabs (IZR (snd e)) + rest) 0 w.
Proof.
  induction w as [|[g c] w IH]; [cbn; rewrite Rabs_R0; lra|]. rewrite entry_cons, plus_IZR. cbn [fold_right snd].
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [|exact IH].
  destruct (f =? g)%nat; [lra|]. rewrite Rabs_R0. apply Rabs_pos.
Qed.

Definition columns_below (d : nat) (w : row) : Prop := forall f c, In (f, c) w -> (f < d)%nat.

Lemma columns_below_cons d f c w : columns_below d ((f, c) :: w) -> (f < d)%nat /\ columns_below d w.
Proof. intros H. split; [apply (H f c); now left|]. intros g b Hg. apply (H g b). now right. Qed.

Lemma rsum_dot d w x : columns_below d w -> rsum d (fun f => IZR (entry w f) * x f) = rdot w x.
Proof.
  induction w as [|[g c] w IH]; intros H; [cbn; apply rsum_zeros; intros; ring|].
  apply columns_below_cons in H as [Hg Hw].
  rewrite (rsum_ext _ _ (fun f => (if (f =? g)%nat then IZR c * x f else 0) + IZR (entry w f) * x f)).
  - rewrite rsum_plus, (rsum_single d g (fun f => IZR c * x f)), IH by assumption. reflexivity.
  - intros f _. rewrite entry_cons, plus_IZR. destruct (f =? g)%nat; ring.
Qed.

Lemma rsum_dot_abs d w x : columns_below d w -> rsum d (fun f => Rabs (IZR (entry w f) * x f)) <= rdot_abs w x.
Proof.
  induction w as [|[g c] w IH]; intros H; [cbn; rewrite rsum_zeros; [lra|]; intros; rewrite Rmult_0_l; apply Rabs_R0|].
  apply columns_below_cons in H as [Hg Hw].
  apply Rle_trans with
    (rsum d (fun f => (if (f =? g)%nat then Rabs (IZR c) * Rabs (x f) else 0) + Rabs (IZR (entry w f) * x f))).
  - apply rsum_le. intros f _. rewrite entry_cons, plus_IZR. destruct (f =? g)%nat.
    + rewrite Rmult_plus_distr_r. eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult. lra.
    + rewrite !Rplus_0_l. apply Rle_refl.
  - rewrite rsum_plus, (rsum_single d g (fun f => Rabs (IZR c) * Rabs (x f))) by assumption.
    unfold rdot_abs in *. cbn [fold_right fst snd]. specialize (IH Hw). lra.
Qed.

Lemma rdot_zdot w x v : (forall f c, In (f, c) w -> x f = IZR (v f)) -> rdot w x = IZR (zdot w v).
Proof.
  unfold rdot, zdot. induction w as [|[f c] w IH]; cbn; intros H; [reflexivity|].
  rewrite plus_IZR, mult_IZR, (H f c) by auto. rewrite IH; [reflexivity|]. intros g b Hg. apply (H g b). auto.
Qed.

(** * Values that are computed once *)
Section Once.
Context {A : Type} (O : arithmetic A).

Lemma nth_map_seq (f : nat -> A) n i d : (i < n)%nat -> nth i (map f (seq 0 n)) d = f i.
Proof.
  intros H. rewrite (nth_indep _ d (f 0%nat)) by now rewrite map_length, seq_length.
  rewrite map_nth, seq_nth; auto.
Qed.

Lemma once_at n f i : (i < n)%nat -> once O n f i = f i.
Proof. apply nth_map_seq. Qed.

Lemma once2_at n m f i j : (i < n)%nat -> (j < m)%nat -> once2 O n m f i j = f i j.
Proof.
  intros Hi Hj. unfold once2. rewrite (nth_indep _ [] (map (f 0%nat) (seq 0 m))) by now rewrite map_length, seq_length.
  rewrite (map_nth (fun i => map (f i) (seq 0 m))), seq_nth by assumption. now apply nth_map_seq.
Qed.
End Once.

(** * Where the arithmetic is exact *)
Notation no_unit := {| reads := []; bias := 0%Z; writes := [] |}.

Section Exact.
Variable D : R -> Prop.
Variable B : R.
Variable O : arithmetic R.
Hypothesis HO : exact_on D B O.

Lemma domain_integer z : D (IZR z).
Proof. rewrite <- integer_half. apply (domain_half _ _ _ HO). Qed.

Lemma domain_rsum n f : (forall i, (i < n)%nat -> D (f i)) -> D (rsum n f).
Proof.
  induction n as [|n IH]; intros H; cbn; [apply (domain_integer 0)|]. apply (domain_add _ _ _ HO); auto with arith.
Qed.

Lemma domain_rdot w x : (forall f c, In (f, c) w -> D (x f)) -> D (rdot w x).
Proof.
  unfold rdot. induction w as [|[f c] w IH]; cbn; intros H; [apply (domain_integer 0)|].
  apply (domain_add _ _ _ HO); [apply (domain_mul _ _ _ HO); eauto|]. apply IH. intros g b Hg. apply (H g b). auto.
Qed.

Lemma domain_relu x : D x -> D (Rmax 0 x).
Proof.
  intros H. destruct (Rle_dec 0 x); [rewrite Rmax_right by lra; exact H|].
  rewrite Rmax_left by lra. apply (domain_integer 0).
Qed.

Lemma half_integer z : Rabs (IZR z) <= B -> half O (2 * z) = IZR z.
Proof. intros H. rewrite (exact_half _ _ _ HO); rewrite integer_half; auto. Qed.

(** A weight times a number. *)
Lemma weighted z x : D x -> Rabs (IZR z) <= B -> Rabs (IZR z * x) <= B -> mul O (half O (2 * z)) x = IZR z * x.
Proof. intros Hx Hz H. rewrite half_integer by exact Hz. apply (exact_mul _ _ _ HO); [now exists z|assumption..]. Qed.

Lemma rsum_term n (f : nat -> R) i : (i < n)%nat -> Rabs (f i) <= rsum n (fun i => Rabs (f i)).
Proof.
  intros Hi. rewrite <- (rsum_single n i (fun j => Rabs (f j)) Hi). apply rsum_le. intros j _.
  destruct (j =? i)%nat; [lra|apply Rabs_pos].
Qed.

(** The sum of weights times numbers. *)
Lemma weighted_sum n (c : nat -> Z) x :
  (forall i, (i < n)%nat -> D (x i)) -> (forall i, (i < n)%nat -> Rabs (IZR (c i)) <= B) ->
  rsum n (fun i => Rabs (IZR (c i) * x i)) <= B ->
  sum O n (fun i => mul O (half O (2 * c i)) (x i)) = rsum n (fun i => IZR (c i) * x i).
Proof.
  intros Hx Hc H. rewrite (sum_same _ _ _ HO n _ (fun i => IZR (c i) * x i)).
  - apply (exact_sum _ _ _ HO); [|exact H]. intros i Hi. apply (domain_mul _ _ _ HO); auto.
  - intros i Hi. apply weighted; auto. eapply Rle_trans; [|exact H]. apply (rsum_term n (fun i => IZR (c i) * x i) i Hi).
Qed.

(** Dot products are exact where all that is added up is at most [B] in size. *)
Lemma dot_exact d w x : (forall f, (f < d)%nat -> D (x f)) -> columns_below d w -> rdot_abs w x <= B ->
  (forall f, (f < d)%nat -> Rabs (IZR (entry w f)) <= B) -> dot O d w x = rdot w x.
Proof.
  intros Hx Hw H He. unfold dot. rewrite weighted_sum; auto; [now apply rsum_dot|].
  eapply Rle_trans; [now apply rsum_dot_abs|exact H].
Qed.

Lemma dot_exact_listed d w x : (forall f, (f < d)%nat -> D (x f)) -> columns_below d w -> rdot_abs w x <= B ->
  fold_right (fun e rest => Rabs (IZR (snd e)) + rest) 0 w <= B -> dot O d w x = rdot w x.
Proof. intros Hx Hw H He. apply dot_exact; auto. intros f _. eapply Rle_trans; [apply entry_listed|exact He]. Qed.

(** An MLP's output, without values kept. *)
Lemma mlp_at d us n x i f : (i < n)%nat -> (f < d)%nat ->
  mlp O d us n x i f = add O (x i f) (sum O (length us) (fun h =>
    mul O (half O (2 * entry (writes (nth h us no_unit)) f))
    (relu O (add O (dot O d (reads (nth h us no_unit)) (x i)) (half O (bias (nth h us no_unit))))))).
Proof.
  intros Hi Hf. unfold mlp. rewrite once2_at by assumption. f_equal. apply (sum_same _ _ _ HO).
  intros h Hh. now rewrite once2_at by assumption.
Qed.
End Exact.
