(** The construction after Wei, Chen and Ma: the program that [tmformer.constructions.wei_ma] compiles, decoder-only,
    for one two-way tape, and its sequence.

    Read this file to trust a theorem; nothing in it is proved. Row 0 is BOS, rows 1 to R record the cells from [origin]
    on, row R + 1 is START, and row R + 1 + t is machine step t. *)
From Coq Require Import ZArith List Bool.
From Tmformer Require Import Machine Transformer Program.
Import ListNotations.

Section WeiMa.
Variable M : machine.
Variables K D B bits : nat.       (** digits of a cell, digits of a time, their base, coordinates of such a digit *)
Variable blank : nat.

Definition bos := 0.
Definition input := 1.
Definition is_step := 2.
Definition is_moved := 3.
Definition in_state := 4.
Definition next_state := 5.
Definition time (d : nat) := 6 + d.
Definition right := 6 + D.
Definition left := 7 + D.
Definition symbol := 8 + D.
Definition written := 9 + D.
Definition next_symbol := 10 + D.
Definition cell (i : nat) := 11 + D + i.
Definition next_cell (i : nat) := 11 + D + K + i.
Definition carry (i : nat) := 11 + D + 2 * K + i.
Definition borrow (i : nat) := 11 + D + 3 * K + i.
Definition found (d : nat) := 11 + D + 4 * K + d.
Definition answered := 11 + 2 * D + 4 * K.
Definition fetched := 12 + 2 * D + 4 * K.

Definition registers : list register :=
  let plain := fun t => {| of_type := t; scratch := false |} in
  repeat (plain flag) 4 ++ repeat (plain (OneHot (states M))) 2 ++ repeat (plain (Code bits)) D ++
  repeat (plain flag) 2 ++ repeat (plain (OneHot (symbols M))) 3 ++
  repeat (plain (Code 1)) (2 * K) ++ repeat (plain flag) (2 * K) ++ repeat (plain (Code bits)) D ++
  [{| of_type := Code bits; scratch := true |}; {| of_type := OneHot (symbols M); scratch := true |}].

Definition over {X} (n : nat) (f : nat -> X) : list X := map f (seq 0 n).
Definition on_step : nat * option nat := (is_step, Some 0).

(** Block 1: the transition; the digits that carry if the cell grows by 1, or borrow if it shrinks; the cell copied. *)
Definition transition (q a : nat) : rule :=
  let '(w, m, p) := match delta M q a with Some t => t | None => (a, Stay, q) end in
  {| whenever := [(in_state, Some q); (symbol, Some a)];
     then_write := [(next_state, p); (written, w)] ++
       match m with Right => [(right, 0)] | Left => [(left, 0)] | Stay => [] end |}.

Definition carries (i : nat) : list rule :=
  [{| whenever := on_step :: over i (fun j => (cell j, Some 1)); then_write := [(carry i, 0)] |};
   {| whenever := on_step :: over i (fun j => (cell j, Some 0)); then_write := [(borrow i, 0)] |};
   {| whenever := [on_step; (cell i, Some 0)]; then_write := [(next_cell i, 0)] |};
   {| whenever := [on_step; (cell i, Some 1)]; then_write := [(next_cell i, 1)] |}].

Definition step_stage : stage := {|
  lookups := [];
  then_table := {|
    clears := [];
    fills := [next_state; written; right; left] ++ over K carry ++ over K borrow ++ over K next_cell;
    rules := flat_map (fun q => over (symbols M) (transition q)) (seq 0 (states M)) ++ flat_map carries (seq 0 K) |} |}.

(** Block 2: a move flips the digits that carry or borrow. *)
Definition flips (i : nat) : list rule :=
  let flip := fun m c old new => {| whenever := [(m, Some 0); (c, Some 0); (next_cell i, Some old)];
                                    then_write := [(next_cell i, new)] |} in
  [flip right (carry i) 0 1; flip right (carry i) 1 0; flip left (borrow i) 0 1; flip left (borrow i) 1 0].

Definition flip_stage : stage := {|
  lookups := [];
  then_table := {| clears := []; fills := []; rules := flat_map flips (seq 0 K) |} |}.

(** Records of the next cell whose times agree with what is found, from digit [d] on. *)
Definition records_from (d : nat) : list (nat * nat) :=
  over K (fun i => (next_cell i, cell i)) ++ map (fun e => (found e, time e)) (seq d (D - d)).

(** A block for each digit of the time: the largest digit [d] of those records. *)
Definition search_stage (d : nat) : stage := {|
  lookups := [{| matches := records_from (S d); answer := time d; into := answered; asks := is_step;
                 null := bos; idle := [bos; input]; prefer := Some (time d); default := Some 0; backwards := true |}];
  then_table := {|
    clears := [answered];
    fills := [found d];
    rules := over B (fun a => {| whenever := [on_step; (answered, Some a)]; then_write := [(found d, a)] |}) |} |}.

(** The last block: what the record found wrote, or the blank. *)
Definition fetch_stage : stage := {|
  lookups := [{| matches := records_from 0; answer := written; into := fetched; asks := is_step;
                 null := bos; idle := [bos; input]; prefer := None; default := Some blank; backwards := true |}];
  then_table := {|
    clears := [fetched];
    fills := [next_symbol];
    rules := over (symbols M) (fun a => {| whenever := [on_step; (fetched, Some a)];
      then_write := [(next_symbol, a)] |}) |} |}.

Definition wei_ma : list stage := [step_stage; flip_stage] ++ map search_stage (rev (seq 0 D)) ++ [fetch_stage].

Definition weights : list block := map (lower registers) wei_ma.

(** The sequence.  A cell is known modulo 2^K, digit by digit; a time to the base B. *)
Variable origin : Z.
Variable R : nat.                 (** cells that the prompt records *)

Definition cell_digit (z : Z) (i : nat) : nat := if Z.testbit z (Z.of_nat i) then 1 else 0.
Definition time_digit (t d : nat) : nat := (t / B ^ d) mod B.

Definition holds_digits (register : nat -> nat) (n : nat) (digit : nat -> nat) (r : nat) : option nat :=
  match find (fun i => r =? register i) (seq 0 n) with Some i => Some (digit i) | None => None end.
Definition or_else (v w : option nat) : option nat := match v with Some _ => v | None => w end.

Definition prompt (c : configuration) (i r : nat) : option nat :=
  if i =? 0 then (if r =? bos then Some 0 else None)
  else if i <=? R then
    let z := (origin + Z.of_nat i - 1)%Z in
    if r =? input then Some 0
    else if r =? written then Some (tape c z)
    else or_else (holds_digits cell K (cell_digit z) r) (holds_digits time D (time_digit (i - 1)) r)
  else if i =? R + 1 then
    if r =? is_step then Some 0
    else if r =? next_state then Some (state c)
    else holds_digits next_cell K (cell_digit (head c)) r
  else None.

(** The register that a register of the next row is fed back from. *)
Definition fed (r : nat) : option nat :=
  if r =? in_state then Some next_state
  else if (r =? is_step) || (r =? is_moved) then Some is_step
  else if r =? symbol then Some next_symbol
  else match find (fun i => r =? cell i) (seq 0 K) with Some i => Some (next_cell i) | None => None end.

(** The position codes of row [n], a machine step: the digits of its time. *)
Definition generated (n r : nat) : option nat := holds_digits time D (time_digit (n - 2)) r.
End WeiMa.
