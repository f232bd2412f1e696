(** The arithmetics and normalisers that theorems speak of: real numbers and floats, hard attention and softmax.

    Read this file to trust a theorem; nothing in it is proved. *)
From Coq Require Import ZArith List Bool Reals Permutation.
From Flocq Require Import Core.
From Tmformer Require Import Transformer.
Import ListNotations.
Local Open Scope R_scope.

(** The sum of terms 0 to n - 1, from left to right. *)
Fixpoint rsum (n : nat) (f : nat -> R) : R := match n with O => 0 | S m => rsum m f + f m end.

(** * Real numbers *)
Definition real : arithmetic R := {|
  half := fun z => IZR z / 2; add := Rplus; mul := Rmult; div := Rdiv; relu := Rmax 0; sum := rsum |}.

(** Average-hard attention: all seen rows of the largest score share alike. *)
Definition at_most (x y : R) : bool := if Rle_dec x y then true else false.
Definition hard (n : nat) (sees : nat -> bool) (score : nat -> R) (j : nat) : R :=
  if sees j && forallb (fun i => negb (sees i) || at_most (score i) (score j)) (seq 0 n) then 1 else 0.

(** Softmax of inverse temperature [beta]. *)
Definition softmax (beta : R) (n : nat) (sees : nat -> bool) (score : nat -> R) (j : nat) : R :=
  if sees j then exp (beta * score j) else 0.

(** * Floats: each result is rounded to nearest, ties to even; sums are taken in any order *)
Inductive tree := Leaf (i : nat) | Node (l r : tree).
Fixpoint leaves (t : tree) : list nat := match t with Leaf i => [i] | Node l r => leaves l ++ leaves r end.

Section Floats.
(** Digits, the exponent of the least number, and that of the first power of two that is too large: 24, -149 and 128 for
    binary32. *)
Variables precision least most : Z.
Variable overflow : R -> R.       (** what comes of results that are too large: anything *)
Variable order : nat -> tree.     (** how n terms are added: one order for each n *)

Definition is_order : Prop := forall n, Permutation (leaves (order (S n))) (seq 0 (S n)).

Definition rounded (x : R) : R :=
  let y := round radix2 (FLT_exp least precision) ZnearestE x in
  if Rlt_dec (Rabs y) (bpow radix2 most) then y else overflow x.
Fixpoint added (t : tree) (f : nat -> R) : R :=
  match t with Leaf i => f i | Node l r => rounded (added l f + added r f) end.

Definition float : arithmetic R := {|
  half := fun z => rounded (IZR z / 2);
  add := fun x y => rounded (x + y);
  mul := fun x y => rounded (x * y);
  div := fun x y => rounded (x / y);
  relu := Rmax 0;
  sum := fun n f => match n with O => 0 | S _ => added (order n) f end |}.

(** Softmax as it is computed: logits rounded, the largest subtracted, the device's exponential; what is not seen has no
    share. *)
Variable device_exp : R -> R.
Variable beta : R.
Definition logit (score : nat -> R) (j : nat) : R := rounded (beta * score j).
Definition largest (n : nat) (sees : nat -> bool) (score : nat -> R) : R :=
  match map (logit score) (filter sees (seq 0 n)) with
  | [] => 0
  | x :: rest => fold_left Rmax rest x
  end.
Definition float_softmax (n : nat) (sees : nat -> bool) (score : nat -> R) (j : nat) : R :=
  if sees j then device_exp (rounded (logit score j - largest n sees score)) else 0.

(** The facts about the device's exponential that saturated attention rests on, at 0 and at negative whole multiples of
    beta; [tmformer selftest] tests them, by these names. *)
Record exp_facts : Prop := {
  exp_of_0_is_1 : device_exp 0 = 1;  (** "exp(0) = 1" *)
  exp_is_0_from_beta_on : forall g, (1 <= g)%Z -> device_exp (- (IZR g * beta)) = 0  (** "exp(x) = 0 for x <= -beta" *)
}.
End Floats.

(** The facts about the device's exponential that the graded regime rests on: it is 1 at 0, never negative, a number of
    the format, and right to 4 units in the last place, or to twice the least normal number. *)
Record graded_exp_facts (p least : Z) (device_exp : R -> R) : Prop := {
  exp_of_0 : device_exp 0 = 1;  (** "exp(0) = 1" *)
  (** "exp(x) is right to 4 units in the last place, or to twice the least normal number" *)
  exp_is_close : forall x, x <= 0 -> generic_format radix2 (FLT_exp least p) x ->
    0 <= device_exp x <= exp x * (1 + 8 * bpow radix2 (- p)) + bpow radix2 (least + p) /\
    generic_format radix2 (FLT_exp least p) (device_exp x)
}.
