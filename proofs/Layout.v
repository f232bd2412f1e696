(** Where registers stand in the residual stream. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Transformer Program.
Import ListNotations.

(** The sum of a row's entries times what stands in their columns. *)
Definition zdot (w : row) (v : nat -> Z) : Z := fold_right (fun each rest => snd each * v (fst each) + rest)%Z 0%Z w.

Lemma zdot_app w w' v : zdot (w ++ w') v = (zdot w v + zdot w' v)%Z.
Proof. unfold zdot. induction w as [|x w IH]; cbn; [reflexivity | rewrite IH; ring]. Qed.

Lemma zdot_ext w v v' : (forall f x, In (f, x) w -> v f = v' f) -> zdot w v = zdot w v'.
Proof.
  unfold zdot. induction w as [|[f x] w IH]; cbn; intros H; [reflexivity|].
  rewrite (H f x) by auto. rewrite IH; [reflexivity|]. intros g y Hg. apply (H g y). auto.
Qed.

Section Layout.
Variable rs : list register.

(** What coordinate [i] of register [r] holds. *)
Lemma flat_at v r i : r < length rs -> i < size rs r ->
  flat rs v (first rs r + i) = coordinate (type_of rs r) (v r) i.
Proof.
  unfold size, type_of, first. revert v r. induction rs as [|x l IH]; cbn [length]; intros v r Hr Hi; [lia|].
  destruct r as [|r]; cbn [nth firstn map flat] in *.
  - cbn [list_sum fold_right]. destruct (Nat.ltb_spec (0 + i) (width (of_type x))); [reflexivity|lia].
  - change (list_sum (width (of_type x) :: map (fun each => width (of_type each)) (firstn r l)))
      with (width (of_type x) + list_sum (map (fun each => width (of_type each)) (firstn r l))).
    set (s := list_sum _) in *.
    destruct (Nat.ltb_spec (width (of_type x) + s + i) (width (of_type x))); [lia|].
    replace (width (of_type x) + s + i - width (of_type x)) with (s + i) by lia.
    apply (IH (fun r => v (S r))); [lia|assumption].
Qed.

Lemma first_below r i : r < length rs -> i < size rs r -> first rs r + i < d_model rs.
Proof.
  unfold size, type_of, first, d_model. revert r. induction rs as [|x l IH]; cbn [length]; intros r Hr Hi; [lia|].
  destruct r as [|r]; cbn [nth firstn map] in *; cbn [list_sum fold_right] in *.
  - lia.
  - fold (list_sum (map (fun each => width (of_type each)) (firstn r l))).
    fold (list_sum (map (fun each => width (of_type each)) l)). specialize (IH r ltac:(lia) Hi). lia.
Qed.

(** Every coordinate belongs to a register. *)
Lemma coordinate_of f : f < d_model rs -> exists r i, r < length rs /\ i < size rs r /\ f = first rs r + i.
Proof.
  unfold size, type_of, first, d_model. revert f. induction rs as [|x l IH]; cbn [length map]; intros f Hf; [cbn in Hf;
    lia|].
  cbn [list_sum fold_right] in Hf. fold (list_sum (map (fun each => width (of_type each)) l)) in Hf.
  destruct (Nat.lt_ge_cases f (width (of_type x))).
  - exists 0, f. cbn. repeat split; lia.
  - destruct (IH (f - width (of_type x)) ltac:(lia)) as (r & i & Hr & Hi & E).
    exists (S r), i. cbn [nth firstn map list_sum fold_right].
    fold (list_sum (map (fun each => width (of_type each)) (firstn r l))). repeat split; lia || assumption.
Qed.

(** Registers do not overlap. *)
Lemma coordinate_unique r i r' i' : r < length rs -> i < size rs r -> r' < length rs -> i' < size rs r' ->
  first rs r + i = first rs r' + i' -> r = r' /\ i = i'.
Proof.
  unfold size, type_of, first. revert r r'. induction rs as [|x l IH]; cbn [length]; intros r r' Hr Hi Hr' Hi' E; [lia|].
  destruct r as [|r], r' as [|r']; cbn [nth firstn map] in *; cbn [list_sum fold_right] in *;
    try fold (list_sum (map (fun each => width (of_type each)) (firstn r l))) in *;
    try fold (list_sum (map (fun each => width (of_type each)) (firstn r' l))) in *; try lia.
  destruct (IH r r' ltac:(lia) Hi ltac:(lia) Hi' ltac:(lia)). lia.
Qed.

Lemma flat_ext v v' : (forall r, r < length rs -> v r = v' r) -> forall f, f < d_model rs -> flat rs v f = flat rs v' f.
Proof.
  intros H f Hf. destruct (coordinate_of f Hf) as (r & i & Hr & Hi & ->). rewrite !flat_at by assumption. now rewrite H.
Qed.
End Layout.
