(** The registers of wei_ma one by one: their types, and what each holds in the rows of [WeiMaRows]. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program WeiMa Symbolic WeiMaRows.
Import ListNotations.

Ltac unfold_registers :=
  unfold bos, input, is_step, is_moved, in_state, next_state, time, right, left, symbol, written, next_symbol, cell,
    next_cell, carry, borrow, found, answered, fetched in *.

Lemma nth_repeat_app {X} (x d : X) n l r : nth r (repeat x n ++ l) d = if r <? n then x else nth (r - n) l d.
Proof.
  revert r; induction n as [|n IH]; intros r; cbn [repeat app].
  - now rewrite Nat.sub_0_r.
  - destruct r as [|r]; [reflexivity|]. apply (IH r).
Qed.

(** Which member of a family of registers side by side a register is. *)
Lemma find_at base n r :
  find (fun i => r =? base + i) (seq 0 n) = if (base <=? r) && (r <? base + n) then Some (r - base) else None.
Proof.
  assert (H : forall k, find (fun i => r =? base + i) (seq k n) =
    if (base + k <=? r) && (r <? base + k + n) then Some (r - base) else None).
  { induction n as [|n IH]; intros k; cbn [seq find].
    - destruct (Nat.leb_spec (base + k) r), (Nat.ltb_spec r (base + k + 0)); cbn; reflexivity || lia.
    - rewrite IH. destruct (Nat.eqb_spec r (base + k)).
      + rewrite (proj2 (Nat.leb_le (base + k) r)) by lia. rewrite (proj2 (Nat.ltb_lt r (base + k + S n))) by lia.
        cbn. f_equal. lia.
      + destruct (Nat.leb_spec (base + S k) r), (Nat.ltb_spec r (base + S k + n)),
          (Nat.leb_spec (base + k) r), (Nat.ltb_spec r (base + k + S n)); cbn; reflexivity || lia. }
  rewrite H. now rewrite Nat.add_0_r.
Qed.

Lemma drop_base a b : a + b - a = b. Proof. lia. Qed.

(** Decides comparisons of numbers wherever they are settled. *)
Ltac compare_numbers :=
  repeat match goal with
  | |- context [?a =? ?b] => first [rewrite (proj2 (Nat.eqb_eq a b)) by lia | rewrite (proj2 (Nat.eqb_neq a b)) by lia]
  | |- context [?a <=? ?b] => first [rewrite (proj2 (Nat.leb_le a b)) by lia | rewrite (proj2 (Nat.leb_gt a b)) by lia]
  | |- context [?a <? ?b] => first [rewrite (proj2 (Nat.ltb_lt a b)) by lia | rewrite (proj2 (Nat.ltb_ge a b)) by lia]
  end.

Section Types.
Variable M : machine.
Variables K D bits : nat.
Local Notation regs := (registers M K D bits).

Lemma length_registers : length regs = 13 + 2 * D + 4 * K.
Proof. unfold registers. repeat rewrite app_length. repeat rewrite repeat_length. cbn [length]. lia. Qed.

(** Every register is one of these. *)
Inductive register_view : nat -> Prop :=
| view_bos : register_view bos
| view_input : register_view input
| view_is_step : register_view is_step
| view_is_moved : register_view is_moved
| view_in_state : register_view in_state
| view_next_state : register_view next_state
| view_time d : d < D -> register_view (time d)
| view_right : register_view (right D)
| view_left : register_view (left D)
| view_symbol : register_view (symbol D)
| view_written : register_view (written D)
| view_next_symbol : register_view (next_symbol D)
| view_cell i : i < K -> register_view (cell D i)
| view_next_cell i : i < K -> register_view (next_cell K D i)
| view_carry i : i < K -> register_view (carry K D i)
| view_borrow i : i < K -> register_view (borrow K D i)
| view_found d : d < D -> register_view (found K D d)
| view_answered : register_view (answered K D)
| view_fetched : register_view (fetched K D).

Lemma viewed r : r < length regs -> register_view r.
Proof.
  rewrite length_registers. intros H.
  assert (E : forall s, register_view s -> r = s -> register_view r) by (intros; subst; assumption).
  destruct (Nat.lt_ge_cases r 6) as [|H6].
  { do 6 (destruct r as [|r]; [constructor|]). lia. }
  destruct (Nat.lt_ge_cases r (6 + D)).
  { apply (E (time (r - 6))); [apply view_time; lia | unfold_registers; lia]. }
  destruct (Nat.lt_ge_cases r (11 + D)).
  { assert (C : r = right D \/ r = left D \/ r = symbol D \/ r = written D \/ r = next_symbol D) by (unfold_registers; lia).
    destruct C as [-> | [-> | [-> | [-> | ->]]]];
      [exact view_right | exact view_left | exact view_symbol | exact view_written | exact view_next_symbol]. }
  destruct (Nat.lt_ge_cases r (11 + D + K)).
  { apply (E (cell D (r - (11 + D)))); [apply view_cell; lia | unfold_registers; lia]. }
  destruct (Nat.lt_ge_cases r (11 + D + 2 * K)).
  { apply (E (next_cell K D (r - (11 + D + K)))); [apply view_next_cell; lia | unfold_registers; lia]. }
  destruct (Nat.lt_ge_cases r (11 + D + 3 * K)).
  { apply (E (carry K D (r - (11 + D + 2 * K)))); [apply view_carry; lia | unfold_registers; lia]. }
  destruct (Nat.lt_ge_cases r (11 + D + 4 * K)).
  { apply (E (borrow K D (r - (11 + D + 3 * K)))); [apply view_borrow; lia | unfold_registers; lia]. }
  destruct (Nat.lt_ge_cases r (11 + 2 * D + 4 * K)).
  { apply (E (found K D (r - (11 + D + 4 * K)))); [apply view_found; lia | unfold_registers; lia]. }
  assert (C : r = answered K D \/ r = fetched K D) by (unfold_registers; lia).
  destruct C as [-> | ->]; [exact view_answered | exact view_fetched].
Qed.

Lemma known r : register_view r -> r < length regs.
Proof. rewrite length_registers. destruct 1; unfold_registers; lia. Qed.

Ltac look :=
  intros; unfold type_of, is_scratch, registers; cbv zeta; rewrite !nth_repeat_app; unfold_registers; compare_numbers;
  try reflexivity.

Lemma type_bos : type_of regs bos = flag. Proof. look. Qed.
Lemma type_input : type_of regs input = flag. Proof. look. Qed.
Lemma type_is_step : type_of regs is_step = flag. Proof. look. Qed.
Lemma type_is_moved : type_of regs is_moved = flag. Proof. look. Qed.
Lemma type_in_state : type_of regs in_state = OneHot (states M). Proof. look. Qed.
Lemma type_next_state : type_of regs next_state = OneHot (states M). Proof. look. Qed.
Lemma type_time d : d < D -> type_of regs (time d) = Code bits. Proof. look. Qed.
Lemma type_right : type_of regs (right D) = flag. Proof. look. Qed.
Lemma type_left : type_of regs (left D) = flag. Proof. look. Qed.
Lemma type_symbol : type_of regs (symbol D) = OneHot (symbols M). Proof. look. Qed.
Lemma type_written : type_of regs (written D) = OneHot (symbols M). Proof. look. Qed.
Lemma type_next_symbol : type_of regs (next_symbol D) = OneHot (symbols M). Proof. look. Qed.
Lemma type_cell i : i < K -> type_of regs (cell D i) = Code 1. Proof. look. Qed.
Lemma type_next_cell i : i < K -> type_of regs (next_cell K D i) = Code 1. Proof. look. Qed.
Lemma type_carry i : i < K -> type_of regs (carry K D i) = flag. Proof. look. Qed.
Lemma type_borrow i : i < K -> type_of regs (borrow K D i) = flag. Proof. look. Qed.
Lemma type_found d : d < D -> type_of regs (found K D d) = Code bits. Proof. look. Qed.
Lemma type_answered : type_of regs (answered K D) = Code bits.
Proof. look. match goal with |- context [nth ?n] => replace n with 0 by lia end. reflexivity. Qed.
Lemma type_fetched : type_of regs (fetched K D) = OneHot (symbols M).
Proof. look. match goal with |- context [nth ?n] => replace n with 1 by lia end. reflexivity. Qed.

Lemma scratch_answered : is_scratch regs (answered K D) = true.
Proof. look. match goal with |- context [nth ?n] => replace n with 0 by lia end. reflexivity. Qed.
Lemma scratch_fetched : is_scratch regs (fetched K D) = true.
Proof. look. match goal with |- context [nth ?n] => replace n with 1 by lia end. reflexivity. Qed.
(** Only these two are scratch. *)
Lemma scratch_only r : r < length regs -> is_scratch regs r = true -> r = answered K D \/ r = fetched K D.
Proof.
  intros H. destruct (viewed r H); auto; intros E; exfalso;
    (match type of E with ?b = _ => assert (C : b = false) by look end); congruence.
Qed.
End Types.

Section Values.
Variable M : machine.
Variables K D B : nat.
Variable origin : Z.
Variable R : nat.
Variable start : configuration.
Local Notation held := (step_row M K D B origin R start).
Local Notation recorded := (prompt K D B origin R start).
Local Notation conf := (conf M start).
Local Notation from first level v := (if first <=? level then v else None).
Local Notation moved t v := (if t =? 0 then None else v).

(** Whether all digits below digit [i] are [digit]: at START there are none. *)
Definition lower_digits (t digit i : nat) : bool :=
  if t =? 0 then i =? 0 else forallb (fun j => cell_digit (head (conf (t - 1))) j =? digit) (seq 0 i).

Ltac find_value :=
  intros; unfold lower_digits; unfold step_row, prompt, holds_digits; cbv zeta; unfold_registers;
  rewrite ?find_at; compare_numbers; cbn [andb or_else]; rewrite ?drop_base; try reflexivity.

Lemma step_row_bos level t : held level t bos = None. Proof. find_value. Qed.
Lemma step_row_input level t : held level t input = None. Proof. find_value. Qed.
Lemma step_row_is_step level t : held level t is_step = Some 0. Proof. find_value. Qed.
Lemma step_row_is_moved level t : held level t is_moved = if t =? 0 then None else Some 0. Proof. find_value. Qed.
Lemma step_row_in_state level t : held level t in_state = if t =? 0 then None else Some (state (conf (t - 1))).
Proof. find_value. Qed.
Lemma step_row_next_state level t :
  held level t next_state = if t =? 0 then Some (state start) else if 1 <=? level then Some (state (conf t)) else None.
Proof. find_value. Qed.
Lemma step_row_time level t d : d < D -> held level t (time d) = if t =? 0 then None else Some (time_digit B (R + t - 1) d).
Proof. find_value. Qed.
Lemma step_row_right level t : held level t (right D) =
  from 1 level (moved t (match move_of M start (t - 1) with Right => Some 0 | _ => None end)).
Proof. find_value. Qed.
Lemma step_row_left level t : held level t (left D) =
  from 1 level (moved t (match move_of M start (t - 1) with Left => Some 0 | _ => None end)).
Proof. find_value. Qed.
Lemma step_row_symbol level t :
  held level t (symbol D) = if t =? 0 then None else Some (tape (conf (t - 1)) (head (conf (t - 1)))).
Proof. find_value. Qed.
Lemma step_row_written level t :
  held level t (written D) = from 1 level (moved t (Some (record_symbol M origin R start (R + t - 1)))).
Proof. find_value. Qed.
Lemma step_row_next_symbol level t :
  held level t (next_symbol D) = from (3 + D) level (Some (tape (conf t) (head (conf t)))).
Proof. find_value. Qed.
Lemma step_row_cell level t i : i < K ->
  held level t (cell D i) = if t =? 0 then None else Some (cell_digit (head (conf (t - 1))) i).
Proof. find_value. Qed.
Lemma step_row_next_cell level t i : i < K -> held level t (next_cell K D i) =
  if t =? 0 then Some (cell_digit (head start) i)
  else from 1 level (Some (cell_digit (head (if level =? 1 then conf (t - 1) else conf t)) i)).
Proof. find_value. Qed.
Lemma step_row_carry level t i : i < K ->
  held level t (carry K D i) = from 1 level (if lower_digits t 1 i then Some 0 else None).
Proof. find_value. Qed.
Lemma step_row_borrow level t i : i < K ->
  held level t (borrow K D i) = from 1 level (if lower_digits t 0 i then Some 0 else None).
Proof. find_value. Qed.
Lemma step_row_found level t d : d < D -> held level t (found K D d) = from (2 + D - d) level
  (Some (match latest M K origin R start t with Some j => time_digit B j d | None => 0 end)).
Proof. find_value. Qed.
Lemma step_row_answered level t : held level t (answered K D) = None. Proof. find_value. Qed.
Lemma step_row_fetched level t : held level t (fetched K D) = None. Proof. find_value. Qed.

(** Rows of the prompt: BOS, then the recorded cells; START is the step row of time 0. *)
Lemma prompt_bos r : recorded 0 r = if r =? bos then Some 0 else None. Proof. reflexivity. Qed.
Lemma prompt_other i r :
  ~ (r = bos \/ r = input \/ r = written D \/ (exists d, d < D /\ r = time d) \/ exists c, c < K /\ r = cell D c) ->
  i <= R -> recorded i r = None.
Proof.
  intros H Hi. unfold prompt.
  assert (r <> bos /\ r <> input /\ r <> written D /\ ~ (6 <= r < 6 + D) /\ ~ (11 + D <= r < 11 + D + K))
    as (H1 & H2 & H3 & H4 & H5).
  { repeat split; intros E; apply H; auto.
    - right; right; right; left. exists (r - 6). unfold time. split; lia.
    - right; right; right; right. exists (r - (11 + D)). unfold cell. split; lia. }
  unfold holds_digits, cell, time. rewrite !find_at.
  rewrite (proj2 (Nat.eqb_neq _ _) H1), (proj2 (Nat.eqb_neq _ _) H2), (proj2 (Nat.eqb_neq _ _) H3).
  rewrite (proj2 (Nat.leb_le _ _) Hi).
  destruct (Nat.leb_spec (11 + D) r), (Nat.ltb_spec r (11 + D + K)), (Nat.leb_spec 6 r), (Nat.ltb_spec r (6 + D));
    try lia; cbn; destruct (i =? 0); reflexivity.
Qed.

Lemma prompt_input i : 1 <= i <= R -> recorded i input = Some 0. Proof. find_value. Qed.
Lemma prompt_written i : 1 <= i <= R -> recorded i (written D) = Some (tape start (origin + Z.of_nat i - 1)%Z).
Proof. find_value. Qed.
Lemma prompt_cell i c : 1 <= i <= R -> c < K -> recorded i (cell D c) = Some (cell_digit (origin + Z.of_nat i - 1)%Z c).
Proof. find_value. Qed.
Lemma prompt_time i d : 1 <= i <= R -> d < D -> recorded i (time d) = Some (time_digit B (i - 1) d).
Proof. find_value. Qed.
Lemma prompt_input_bos i : 1 <= i <= R -> recorded i bos = None. Proof. find_value. Qed.

Lemma rows_prompt level i r : i <= R -> rows M K D B origin R start level i r = recorded i r.
Proof. intros. unfold rows. compare_numbers. reflexivity. Qed.
Lemma rows_step level t r : rows M K D B origin R start level (R + 1 + t) r = held level t r.
Proof. unfold rows. compare_numbers. now replace (R + 1 + t - (R + 1)) with t by lia. Qed.
End Values.
