(** Arithmetics on real numbers that are exact where it matters. *)
From Coq Require Import ZArith List Lia Reals Lra.
From Tmformer Require Import Transformer.
From Tmformer Require Export Numbers.
Import ListNotations.
Local Open Scope R_scope.

Definition integer (x : R) : Prop := exists z, x = IZR z.

(** Sums and products of whole numbers with numbers of [D], up to [B], are exact; so is the average of equal whole
    numbers. *)
Record exact_on (D : R -> Prop) (B : R) (O : arithmetic R) : Prop := {
  domain_half : forall z, D (IZR z / 2);
  domain_add : forall x y, D x -> D y -> D (x + y);
  domain_mul : forall z x, D x -> D (IZR z * x);
  exact_half : forall z, Rabs (IZR z / 2) <= B -> half O z = IZR z / 2;
  exact_add : forall x y, D x -> D y -> Rabs (x + y) <= B -> add O x y = x + y;
  exact_mul : forall x y, integer x -> D y -> Rabs (x * y) <= B -> mul O x y = x * y;
  exact_div : forall n v : Z, (0 < n)%Z -> Rabs (IZR n) <= B -> Rabs (IZR (n * v)) <= B ->
    div O (IZR (n * v)) (IZR n) = IZR v;
  exact_relu : forall x, D x -> relu O x = Rmax 0 x;
  exact_sum : forall n f, (forall i, (i < n)%nat -> D (f i)) -> rsum n (fun i => Rabs (f i)) <= B -> sum O n f = rsum n f;
  sum_same : forall n f g, (forall i, (i < n)%nat -> f i = g i) -> sum O n f = sum O n g
}.
