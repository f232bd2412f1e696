(** What each register of each row holds, stage by stage: what the proof about wei_ma shows that the stages compute. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program WeiMa Symbolic.
Import ListNotations.

Section Rows.
Variable M : machine.
Variables K D B : nat.
Variable origin : Z.
Variable R : nat.
Variable start : configuration.

Definition conf (t : nat) : configuration := run M t start.
Definition move_of (t : nat) : move :=
  match delta M (state (conf t)) (tape (conf t) (head (conf t))) with Some (_, m, _) => m | None => Stay end.

(** The record of time [j]: that of an input cell, or of machine step [j] - R + 1. *)
Definition record_cell (j : nat) : Z := if j <? R then (origin + Z.of_nat j)%Z else head (conf (j - R)).
Definition record_symbol (j : nat) : nat :=
  if j <? R then tape start (origin + Z.of_nat j) else tape (conf (S (j - R))) (head (conf (j - R))).

(** The time of the latest record of the cell that the tape head is at after [t] machine steps. *)
Definition same_cell (z z' : Z) : bool := (z mod 2 ^ Z.of_nat K =? z' mod 2 ^ Z.of_nat K)%Z.
Definition latest (t : nat) : option nat :=
  find (fun j => same_cell (record_cell j) (head (conf t))) (rev (seq 0 (R + t))).

(** Level 0 is before all stages, 1 after the transition, 2 after the flips, 2 + D - d after the search for digit d, 3 +
    D the end. *)
Definition step_row (level t r : nat) : option nat :=
  let before := conf (t - 1) in
  let moved := fun v => if t =? 0 then None else v in
  let from := fun first v => if first <=? level then v else None in
  let lower := fun digit i => if t =? 0 then i =? 0 else forallb (fun j => cell_digit (head before) j =? digit) (seq 0 i) in
  if r =? is_step then Some 0
  else if r =? is_moved then moved (Some 0)
  else if r =? in_state then moved (Some (state before))
  else if r =? next_state then (if t =? 0 then Some (state start) else from 1 (Some (state (conf t))))
  else if r =? symbol D then moved (Some (tape before (head before)))
  else if r =? written D then from 1 (moved (Some (record_symbol (R + t - 1))))
  else if r =? right D then from 1 (moved (match move_of (t - 1) with Right => Some 0 | _ => None end))
  else if r =? left D then from 1 (moved (match move_of (t - 1) with Left => Some 0 | _ => None end))
  else if r =? next_symbol D then from (3 + D) (Some (tape (conf t) (head (conf t))))
  else match find (fun d => r =? time d) (seq 0 D) with
  | Some d => moved (Some (time_digit B (R + t - 1) d))
  | None => match find (fun d => r =? found K D d) (seq 0 D) with
  | Some d => from (2 + D - d) (Some (match latest t with Some j => time_digit B j d | None => 0 end))
  | None => match find (fun i => r =? cell D i) (seq 0 K) with
  | Some i => moved (Some (cell_digit (head before) i))
  | None => match find (fun i => r =? next_cell K D i) (seq 0 K) with
  | Some i =>
      if t =? 0 then Some (cell_digit (head start) i)
      else from 1 (Some (cell_digit (head (if level =? 1 then before else conf t)) i))
  | None => match find (fun i => r =? carry K D i) (seq 0 K) with
  | Some i => from 1 (if lower 1 i then Some 0 else None)
  | None => match find (fun i => r =? borrow K D i) (seq 0 K) with
  | Some i => from 1 (if lower 0 i then Some 0 else None)
  | None => None
  end end end end end end.

Definition rows (level : nat) : stream := fun i r =>
  if i <=? R then prompt K D B origin R start i r else step_row level (i - (R + 1)) r.
End Rows.
