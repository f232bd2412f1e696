(** The cellular construction: the program that [tmformer.constructions.cellular] compiles, and its prompt.

    Read this file to trust a theorem; nothing in it is proved. Row 0 is BOS, row 1 + i is cell origin + i of the
    window. *)
From Coq Require Import ZArith List Bool.
From Tmformer Require Import Machine Transformer Program.
Import ListNotations.

Section Cellular.
Variable M : machine.
Variable digits : nat.            (** of position codes: ceil(log2(W + 1)) or more *)

(** The registers, in their order; [edge] is there for one-way tapes alone. *)
Definition edges : nat := if one_way M then 1 else 0.
Definition bos := 0.
Definition cell := 1.
Definition edge := 2.
Definition symbol := 2 + edges.
Definition message (m : move) : nat := match m with Right => 3 + edges | Left => 4 + edges | Stay => 5 + edges end.
Definition arriving := 6 + edges.
Definition left_cell := 7 + edges.
Definition own_cell := 8 + edges.
Definition right_cell := 9 + edges.

Definition registers : list register :=
  let plain := fun t => {| of_type := t; scratch := false |} in
  repeat (plain flag) (2 + edges) ++
  [plain (OneHot (symbols M))] ++ repeat (plain (OneHot (states M))) 3 ++
  [{| of_type := OneHot (states M); scratch := true |}] ++ repeat (plain (Code digits)) 3.

(** Three lookups: what arrives from the left, the right and the cell itself. *)
Definition fetch (asked : nat) (m : move) : lookup := {|
  matches := [(asked, own_cell)]; answer := message m; into := arriving; asks := cell;
  null := bos; idle := [bos]; prefer := None; default := None; backwards := false |}.

(** A transition, or a state that stays where there is none; at the edge of a one-way tape a left move stays. *)
Definition transition (q a : nat) : list rule :=
  let here := [(arriving, Some q); (symbol, Some a)] in
  match delta M q a with
  | None => [{| whenever := here; then_write := [(message Stay, q)] |}]
  | Some (w, m, p) =>
      let writes := if w =? a then [] else [(symbol, w)] in
      match one_way M, m with
      | true, Left =>
          [{| whenever := here ++ [(edge, None)]; then_write := writes ++ [(message Left, p)] |};
           {| whenever := here ++ [(edge, Some 0)]; then_write := writes ++ [(message Stay, p)] |}]
      | _, _ => [{| whenever := here; then_write := writes ++ [(message m, p)] |}]
      end
  end.

Definition transitions : list rule :=
  flat_map (fun q => flat_map (transition q) (seq 0 (symbols M))) (seq 0 (states M)).

Definition cellular : list stage := [{|
  lookups := [fetch left_cell Right; fetch right_cell Left; fetch own_cell Stay];
  then_table := {| clears := [arriving; message Right; message Left; message Stay]; fills := []; rules := transitions |} |}].

Definition weights : list block := map (lower registers) cellular.

(** The prompt: what each register of each row holds.  A code counts modulo 2^digits. *)
Variable origin : Z.
Definition at_row (i : nat) : Z := (origin + Z.of_nat i - 1)%Z.
Definition code (z : Z) : option nat := Some (Z.to_nat (z mod 2 ^ Z.of_nat digits)).

Definition prompt (c : configuration) (i r : nat) : option nat :=
  if i =? 0 then (if r =? bos then Some 0 else None)
  else if r =? cell then Some 0
  else if (r =? edge) && one_way M then (if i =? 1 then Some 0 else None)
  else if r =? symbol then Some (tape c (at_row i))
  else if r =? message Stay then (if Z.eqb (at_row i) (head c) then Some (state c) else None)
  else if r =? left_cell then code (Z.of_nat i - 2)
  else if r =? own_cell then code (Z.of_nat i - 1)
  else if r =? right_cell then code (Z.of_nat i)
  else None.

End Cellular.
