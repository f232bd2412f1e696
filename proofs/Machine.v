(** Turing machines: what is simulated. Read this file to trust a theorem; nothing in it is proved.

    It says what [tmformer.machine.trace] does: one tape, infinite to both sides or beginning at cell 0; a machine goes
    on as long as it has a transition for its state and the symbol under the tape head, and stops where it has none. *)
From Coq Require Import ZArith.

Inductive move := Left | Stay | Right.

Definition shift (m : move) : Z := match m with Left => -1 | Stay => 0 | Right => 1 end.

(** States are 0 to [states] - 1, symbols 0 to [symbols] - 1. [delta] gives the symbol written, the move and the next
    state; [None] where there is no transition, as in halting states. *)
Record machine := {
  states : nat;
  symbols : nat;
  one_way : bool;
  delta : nat -> nat -> option (nat * move * nat)
}.

(** A transition writes symbols and enters states that the machine has. *)
Definition is_machine (M : machine) : Prop :=
  forall q a w m p, q < states M -> a < symbols M -> delta M q a = Some (w, m, p) -> w < symbols M /\ p < states M.

(** The state, the cell of the tape head, and the symbol of each cell. *)
Record configuration := { state : nat; head : Z; tape : Z -> nat }.

(** A configuration of this machine; the tape head of a one-way tape is on the tape. *)
Definition is_configuration (M : machine) (c : configuration) : Prop :=
  state c < states M /\ (forall z, tape c z < symbols M) /\ (one_way M = true -> (0 <= head c)%Z).

(** A left move at cell 0 of a one-way tape stays. *)
Definition moved (M : machine) (h : Z) (m : move) : Z :=
  if one_way M then Z.max 0 (h + shift m) else (h + shift m)%Z.

Definition step (M : machine) (c : configuration) : option configuration :=
  match delta M (state c) (tape c (head c)) with
  | None => None
  | Some (w, m, p) => Some {|
      state := p;
      head := moved M (head c) m;
      tape := fun z => if Z.eqb z (head c) then w else tape c z |}
  end.

(** The configuration after [t] machine steps, or where the machine stopped before. *)
Fixpoint run (M : machine) (t : nat) (c : configuration) : configuration :=
  match t with
  | O => c
  | S t => match step M (run M t c) with Some next => next | None => run M t c end
  end.
