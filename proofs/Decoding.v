(** What it means that a residual stream represents a configuration, and that a network simulates a machine.

    Read this file to trust a theorem; nothing in it is proved. Weights are given as blocks: those of a construction, or
    of a file. *)
From Coq Require Import ZArith List Bool.
From Tmformer Require Import Machine Transformer Program Cellular WeiMa.
Import ListNotations.

Section Registers.
Context {A : Type} (O : arithmetic A).
Variable rs : list register.

(** A register of a row holds a value, or nothing, if all its coordinates are just those of that. *)
Definition register_holds (x : nat -> A) (r : nat) (v : option nat) : Prop :=
  forall i, i < size rs r -> x (first rs r + i) = half O (2 * coordinate (type_of rs r) v i).

(** The residual stream of an embedded row. *)
Definition embedded (v : nat -> option nat) (f : nat) : A := half O (2 * flat rs v f).

(** The register that a coordinate belongs to, and its number in there. *)
Fixpoint place (rs : list register) (f : nat) : nat * nat :=
  match rs with
  | [] => (0, f)
  | r :: rs => let w := Program.width (of_type r) in if f <? w then (0, f) else let '(s, i) := place rs (f - w) in (S s, i)
  end.
End Registers.

(** * Cellular: depth is time *)
Section CellularDecoding.
Import Cellular.
Context {A : Type} (O : arithmetic A).
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.
Variable blocks : list block.
Variable M : machine.
Variables digits width : nat.     (** of position codes; W, the cells of the window *)
Variable origin : Z.              (** its first cell *)
Notation rs := (registers M digits).

(** What a network is compiled for: codes tell the W cells and one more apart, and a one-way tape begins with the
    window. *)
Definition cellular_sized : Prop :=
  is_machine M /\ 1 <= digits /\ width + 1 <= 2 ^ digits /\ (one_way M = true -> origin = 0%Z).

(** Softmax to the base 2^c is sharp enough: (1 + 4^-c)^k + 2^-c <= 4/3 for k digits, in whole numbers. *)
Definition cellular_sharp (c : nat) : bool :=
  let b := (2 ^ Z.of_nat c)%Z in
  (3 * ((b * b + 1) ^ Z.of_nat digits * b + (b * b) ^ Z.of_nat digits) <=? 4 * (b * b) ^ Z.of_nat digits * b)%Z.

Definition inside (z : Z) : Prop := (origin <= z < origin + Z.of_nat width)%Z.

Definition cellular_tape (x : nat -> nat -> A) (c : configuration) : Prop :=
  forall i, 1 <= i <= width -> register_holds O rs (x i) (symbol M) (Some (tape c (at_row origin i))).

(** Each cell holds its symbol; in all rows together there is one message, the state, at a cell p in the register of a
    move m, and the tape head is at p + m: inside, or where it left the window. *)
Definition cellular_represents (x : nat -> nat -> A) (c : configuration) : Prop :=
  cellular_tape x c /\
  exists p m, 1 <= p <= width /\ head c = (at_row origin p + shift m)%Z /\
    forall i m', i <= width ->
      register_holds O rs (x i) (message M m') (if (i =? p) && (shift m' =? shift m)%Z then Some (state c) else None).

(** No row holds a message. *)
Definition cellular_silent (x : nat -> nat -> A) : Prop :=
  forall i m, i <= width -> register_holds O rs (x i) (message M m) None.

(** The residual stream after the blocks were applied T times to the embedded prompt. *)
Definition cellular_after (T : nat) (start : configuration) : nat -> nat -> A :=
  network O shares (d_model rs) blocks T (width + 1) (fun i => embedded O rs (prompt M digits origin start i)).

(** After T blocks the residual stream represents the configuration after T machine steps, wherever the input, the start
    state and the tape head in the window are; other cells are as they were. Where the tape head left the window before,
    after t machine steps, there is no message from the next block on, and the tape is that of then. *)
Definition cellular_simulates : Prop :=
  forall start T, is_configuration M start -> inside (head start) ->
  let x := cellular_after T start in
  ((forall t, t < T -> inside (head (run M t start))) ->
    cellular_represents x (run M T start) /\ forall z, ~ inside z -> tape (run M T start) z = tape start z) /\
  (forall t, t < T -> (forall t', t' < t -> inside (head (run M t' start))) -> ~ inside (head (run M t start)) ->
    cellular_silent x /\ cellular_tape x (run M t start)).
End CellularDecoding.

(** * Wei-Ma: decoding steps are time *)
Section WeiMaDecoding.
Import WeiMa.
Context {A : Type} (O : arithmetic A).
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.
Variable blocks : list block.
Variable M : machine.
Variables K D B bits : nat.
Variable blank : nat.
Variable origin : Z.
Variable R : nat.
Notation rs := (registers M K D bits).

(** What a network is compiled for: T machine steps on a two-way tape. K digits tell all cells apart that can be
    reached, D digits to the base B all times. *)
Definition wei_ma_sized (T : nat) : Prop :=
  is_machine M /\ one_way M = false /\ blank < symbols M /\ 2 <= K /\ 1 <= D /\ 2 <= B <= 2 ^ bits /\
  R + T <= 2 ^ K /\ R + T <= B ^ D.

(** Softmax to the base 2^c is sharp enough: rivals, one in each row, weigh 1 / 8b in all at most. *)
Definition wei_ma_sharp (T c : nat) : bool := (8 * Z.of_nat bits * Z.of_nat (R + T + 1) <=? 2 ^ Z.of_nat c)%Z.

(** The largest score that rows get, at most; and whether a format of p digits that goes up to 2^most, at the inverse
    temperature 2^e, holds the numbers of a context: rows, sums, scores and logits. *)
Definition wei_ma_scores : Z := (2 ^ Z.of_nat bits * (3 * Z.of_nat (K + D * bits) + 2))%Z.
Definition wei_ma_fits_format (T : nat) (p most e : Z) : bool :=
  ((Z.of_nat (R + 2 + T) <=? 2 ^ (p - 1)) && (8 * Z.of_nat (K + bits + 8) <=? 2 ^ (p - 1)) &&
   (wei_ma_scores <=? 2 ^ (p - 1)) && (2 * wei_ma_scores * 2 ^ e <? 2 ^ most))%Z.

(** The residual stream of the first [n] rows after all blocks. *)
Definition wei_ma_after (n : nat) (x : nat -> nat -> A) : nat -> nat -> A := network O shares (d_model rs) blocks 1 n x.

(** The sequence before all blocks, after [t] decoding steps. Each adds a row: what the last one ended with is fed back,
    position codes are generated. *)
Fixpoint wei_ma_decoded (start : configuration) (t : nat) : nat -> nat -> A :=
  match t with
  | 0 => fun i => embedded O rs (prompt K D B origin R start i)
  | S t =>
      let n := R + 2 + t in
      let x := wei_ma_decoded start t in
      let last := wei_ma_after n x (n - 1) in
      fun i f => if i =? n then
        let '(r, j) := place rs f in
        match fed K D r with
        | Some s => last (first rs s + j)
        | None => embedded O rs (generated D B n) f
        end else x i f
  end.

(** Row [i] is a record of cell [z], modulo 2^K; it says that [a] was written there. *)
Definition wei_ma_at (x : nat -> nat -> A) (i : nat) (z : Z) : Prop :=
  forall j, j < K -> register_holds O rs (x i) (cell D j) (Some (cell_digit z j)).
Definition wei_ma_records (x : nat -> nat -> A) (i : nat) (z : Z) (a : nat) : Prop :=
  register_holds O rs (x i) (written D) (Some a) /\ wei_ma_at x i z.

(** A row says the state, the cell of the tape head and the symbol there. *)
Definition wei_ma_says (x : nat -> A) (c : configuration) : Prop :=
  register_holds O rs x next_state (Some (state c)) /\
  (forall j, j < K -> register_holds O rs x (next_cell K D j) (Some (cell_digit (head c) j))) /\
  register_holds O rs x (next_symbol D) (Some (tape c (head c))).

(** The rows up to [n] - 1 represent a configuration: the last one says it. Of 2^K cells side by side, among them all
    recorded ones, each holds what its latest record wrote, or the blank if it has none; all others are blank. *)
Definition wei_ma_represents (x : nat -> nat -> A) (n : nat) (c : configuration) : Prop :=
  wei_ma_says (x (n - 1)) c /\
  exists low, let near := fun z => (low <= z < low + 2 ^ Z.of_nat K)%Z in
    near (head c) /\ (forall i, i < R -> near (origin + Z.of_nat i)%Z) /\
    forall z,
      (near z ->
        (exists i, i < n /\ wei_ma_records x i z (tape c z) /\ forall i' a, i < i' < n -> ~ wei_ma_records x i' z a) \/
        (tape c z = blank /\ forall i a, i < n -> ~ wei_ma_records x i z a)) /\
      (~ near z -> tape c z = blank).

(** After each of up to T decoding steps the sequence represents the configuration after as many machine steps, and each
    row says that after its own; for any start among the recorded cells with all others blank. *)
Definition wei_ma_simulates (T : nat) : Prop :=
  forall start t, is_configuration M start -> t <= T ->
  (origin <= head start < origin + Z.of_nat R)%Z ->
  (forall z, ~ (origin <= z < origin + Z.of_nat R)%Z -> tape start z = blank) ->
  let x := wei_ma_after (R + 2 + t) (wei_ma_decoded start t) in
  wei_ma_represents x (R + 2 + t) (run M t start) /\
  forall t', t' <= t -> wei_ma_says (x (R + 1 + t')) (run M t' start).

(** The time that row [i] records: cells of the prompt come first, START records none. *)
Definition wei_ma_time (i : nat) : nat := if i <=? R then i - 1 else i - 2.

(** What attention retrieves at each row, of all rows up to itself that record the cell where the tape head is: the
    latest one. Its time stands in [found], from where the symbol it wrote is fetched. *)
Definition wei_ma_retrieves (T : nat) : Prop :=
  forall start t t' i, is_configuration M start -> t' <= t <= T ->
  (origin <= head start < origin + Z.of_nat R)%Z ->
  (forall z, ~ (origin <= z < origin + Z.of_nat R)%Z -> tape start z = blank) ->
  let x := wei_ma_after (R + 2 + t) (wei_ma_decoded start t) in
  let z := head (run M t' start) in
  i <= R + 1 + t' -> wei_ma_at x i z -> (forall i', i < i' <= R + 1 + t' -> ~ wei_ma_at x i' z) ->
  forall e, e < D -> register_holds O rs (x (R + 1 + t')) (found K D e) (Some (time_digit B (wei_ma_time i) e)).
End WeiMaDecoding.
