(** Transformers over any arithmetic and any attention normaliser. Read this file to trust a theorem.

    Weights are the integers of a weights file: sparse rows, biases in halves. Blocks are standard: several attention
    heads, then a ReLU MLP, both with residual; values are normalised last. The blocks are applied again and again (tied
    depth). *)
From Coq Require Import ZArith List.
Import ListNotations.

(** An arithmetic on [A].  How it rounds, and in which order [sum] adds, is its own. *)
Record arithmetic (A : Type) := {
  half : Z -> A;                  (** [half z] is z / 2 *)
  add : A -> A -> A;
  mul : A -> A -> A;
  div : A -> A -> A;
  relu : A -> A;
  sum : nat -> (nat -> A) -> A    (** of the terms 0 to n - 1 *)
}.
Arguments half {A}. Arguments add {A}. Arguments mul {A}. Arguments div {A}. Arguments relu {A}. Arguments sum {A}.

(** One row of a matrix: columns and entries; what is not listed is 0. *)
Definition row := list (nat * Z).
Definition entry (w : row) (column : nat) : Z :=
  fold_right (fun each rest => if fst each =? column then (snd each + rest)%Z else rest) 0%Z w.

(** W_Q, W_K and W_V row by row, W_O column by column: the key size is the length of [query], the value size that of
    [value]. *)
Record attention_head := {
  query : list row;
  key : list row;
  value : list row;
  output : list row;
  causal : bool                   (** a row sees itself and earlier rows only *)
}.

(** A hidden unit: its row of W_in, its bias in halves, its column of W_out. *)
Record hidden_unit := { reads : row; bias : Z; writes : row }.

Record block := { heads : list attention_head; units : list hidden_unit }.

Section Network.
Context {A : Type} (O : arithmetic A).

(** An attention normaliser: of [n] rows, of which some are seen, their shares from their scores, not yet divided by
    their sum. *)
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.

Variable d : nat.                 (** the width of the residual stream *)

(** The same function, each value computed once: it matters only where networks are run. *)
Definition once (n : nat) (f : nat -> A) : nat -> A :=
  let kept := map f (seq 0 n) in fun i => nth i kept (half O 0).
Definition once2 (n m : nat) (f : nat -> nat -> A) : nat -> nat -> A :=
  let kept := map (fun i => map (f i) (seq 0 m)) (seq 0 n) in fun i j => nth j (nth i kept []) (half O 0).

Definition dot (w : row) (x : nat -> A) : A := sum O d (fun f => mul O (half O (2 * entry w f)) (x f)).
Definition project (n : nat) (m : list row) (x : nat -> nat -> A) : nat -> nat -> A :=
  once2 n (length m) (fun i b => dot (nth b m []) (x i)).

(** What each of [n] rows receives of the values of the rows that it sees. *)
Definition attend (h : attention_head) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  let q := project n (query h) x in
  let k := project n (key h) x in
  let v := project n (value h) x in
  once2 n (length (value h)) (fun i =>
    let sees := fun j => if causal h then j <=? i else true in
    let p := once n (shares n sees (once n (fun j => sum O (length (query h)) (fun b => mul O (q i b) (k j b))))) in
    let total := sum O n p in
    fun c => div O (sum O n (fun j => mul O (p j) (v j c))) total).

(** All columns of W_O of all attention heads, each with what it is multiplied by. *)
Definition messages (hs : list attention_head) (n : nat) (x : nat -> nat -> A) : list (row * (nat -> A)) :=
  flat_map (fun h => let o := attend h n x in
    map (fun c => (nth c (output h) [], fun i => o i c)) (seq 0 (length (value h)))) hs.

Definition attended (hs : list attention_head) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  let all := messages hs n x in
  once2 n d (fun i f => add O (x i f) (sum O (length all) (fun e =>
    let '(w, o) := nth e all ([], fun _ => half O 0) in mul O (half O (2 * entry w f)) (o i)))).

Definition mlp (us : list hidden_unit) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  let no := {| reads := []; bias := 0; writes := [] |} in
  let u := once2 n (length us) (fun i h => relu O (add O (dot (reads (nth h us no)) (x i)) (half O (bias (nth h us no))))) in
  once2 n d (fun i f => add O (x i f) (sum O (length us) (fun h =>
    mul O (half O (2 * entry (writes (nth h us no)) f)) (u i h)))).

(** One block on the [n] rows of the residual stream [x]. *)
Definition apply_block (b : block) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  mlp (units b) n (attended (heads b) n x).

Definition apply_blocks (bs : list block) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  fold_left (fun x b => apply_block b n x) bs x.

(** All blocks, [loops] times. *)
Fixpoint network (bs : list block) (loops : nat) (n : nat) (x : nat -> nat -> A) : nat -> nat -> A :=
  match loops with
  | 0 => x
  | S loops => apply_blocks bs n (network bs loops n x)
  end.
End Network.
