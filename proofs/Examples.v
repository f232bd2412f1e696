(** The statement is about something: two busy beavers run in Coq, through the matrices, to their known step counts.

    Numbers are fractions here and attention is hard, so everything can be computed. *)
From Coq Require Import ZArith QArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program Cellular WeiMa Decoding File.
Import ListNotations.
Local Open Scope nat_scope.

(** * Fractions in lowest terms *)

Fixpoint sum_of (n : nat) (f : nat -> Q) : Q := match n with O => 0%Q | S m => Qred (sum_of m f + f m) end.

Definition Q_arithmetic : arithmetic Q := {|
  half := fun z => Qred (z # 2);
  add := fun x y => Qred (x + y);
  mul := fun x y => Qred (x * y);
  div := fun x y => Qred (x / y);
  relu := fun x => if Qle_bool 0 x then x else 0%Q;
  sum := sum_of
|}.

(** Hard attention: rows of the largest score that is seen share alike. *)
Definition hard_Q (n : nat) (sees : nat -> bool) (score : nat -> Q) : nat -> Q :=
  let seen := filter sees (seq 0 n) in
  let best := fold_right (fun j best => if Qle_bool best (score j) then score j else best) (score (hd 0 seen)) seen in
  fun j => if sees j && Qle_bool best (score j) then 1%Q else 0%Q.

Definition Q_eqb (x y : Q) : bool := (Qnum x =? Qnum y)%Z && (Qden x =? Qden y)%positive.
Lemma Q_eqb_iff x y : Q_eqb x y = true <-> x = y.
Proof.
  unfold Q_eqb. rewrite andb_true_iff, Z.eqb_eq, Pos.eqb_eq. destruct x, y. cbn.
  split; [now intros [-> ->] | now intros [= -> ->]].
Qed.

(** * Two busy beavers *)

Definition blank_tape : configuration := {| state := 0; head := 0; tape := fun _ => 0 |}.

(** 1RB1LB_1LA1RZ and 1RB1RZ_1LB0RC_1LC1LA; Z halts. *)
Definition bb2 : machine := machine_of 3 2 false [
  [Some (1, Right, 1); Some (1, Left, 1)];
  [Some (1, Left, 0); Some (1, Right, 2)];
  [None; None]].
Definition bb3 : machine := machine_of 4 2 false [
  [Some (1, Right, 1); Some (1, Right, 3)];
  [Some (1, Left, 1); Some (0, Right, 2)];
  [Some (1, Left, 2); Some (1, Left, 0)];
  [None; None]].

Definition goes_on (M : machine) (c : configuration) : bool :=
  match delta M (state c) (tape c (head c)) with Some _ => true | None => false end.
Definition stops_after (M : machine) (T : nat) : bool :=
  forallb (fun t => goes_on M (run M t blank_tape)) (seq 0 T) && negb (goes_on M (run M T blank_tape)).

(** A transition before each of [T] machine steps, none after. *)
Definition halts_after (M : machine) (T : nat) : Prop :=
  (forall t, t < T -> step M (run M t blank_tape) <> None) /\ step M (run M T blank_tape) = None.

Lemma stops_after_sound M T : stops_after M T = true -> halts_after M T.
Proof.
  unfold stops_after, halts_after. rewrite andb_true_iff, forallb_forall, negb_true_iff. intros [Before After].
  assert (E : forall c, goes_on M c = match step M c with Some _ => true | None => false end).
  { intros c. unfold goes_on, step. destruct (delta M _ _) as [[[? ?] ?]|]; reflexivity. }
  split.
  - intros t L N. specialize (Before t ltac:(apply in_seq; lia)). rewrite E, N in Before. discriminate.
  - rewrite E in After. destruct (step M _); [discriminate | reflexivity].
Qed.

Theorem bb2_halts_after_6 : halts_after bb2 6. Proof. apply stops_after_sound. vm_compute. reflexivity. Qed.
Theorem bb3_halts_after_21 : halts_after bb3 21. Proof. apply stops_after_sound. vm_compute. reflexivity. Qed.

(** * A register's coordinates, compared *)

Definition register_holds_b (rs : list register) (x : nat -> Q) (r : nat) (v : option nat) : bool :=
  let start := first rs r in
  forallb (fun i => Q_eqb (x (start + i)) (half Q_arithmetic (2 * coordinate (type_of rs r) v i))) (seq 0 (size rs r)).

Lemma register_holds_iff rs x r v : register_holds_b rs x r v = true <-> register_holds Q_arithmetic rs x r v.
Proof.
  unfold register_holds_b, register_holds. rewrite forallb_forall. split.
  - intros H i L. apply Q_eqb_iff, H, in_seq. lia.
  - intros H i I. apply Q_eqb_iff, H. apply in_seq in I. lia.
Qed.

(** * Cellular: all that a residual stream must hold is compared *)

Section CellularCheck.
Variable M : machine.
Variable digits : nat.
Variable origin : Z.
Variable width : nat.

Definition represents_b (x : nat -> nat -> Q) (c : configuration) (p : nat) (m : move) : bool :=
  let rs := Cellular.registers M digits in
  (1 <=? p) && (p <=? width) && (head c =? Cellular.at_row origin p + shift m)%Z &&
  forallb (fun i => register_holds_b rs (x i) (Cellular.symbol M) (Some (tape c (Cellular.at_row origin i))))
    (seq 1 width) &&
  forallb (fun i => forallb (fun m' => register_holds_b rs (x i) (Cellular.message M m')
    (if (i =? p) && (shift m' =? shift m)%Z then Some (state c) else None)) [Left; Stay; Right]) (seq 0 (S width)).

Lemma represents_sound x c p m : represents_b x c p m = true -> cellular_represents Q_arithmetic M digits width origin x c.
Proof.
  unfold represents_b. rewrite !andb_true_iff, Nat.leb_le, Nat.leb_le, Z.eqb_eq, !forallb_forall.
  intros [[[[P P'] Here] Tape] Messages]. split.
  - intros i I. apply register_holds_iff, Tape, in_seq. lia.
  - exists p, m. repeat split; [exact P | exact P' | exact Here |]. intros i m' I.
    specialize (Messages i ltac:(apply in_seq; lia)). rewrite forallb_forall in Messages.
    apply register_holds_iff, Messages. destruct m'; cbn; tauto.
Qed.

Definition blocks_of (T : nat) : nat -> nat -> Q :=
  cellular_after Q_arithmetic hard_Q (Cellular.weights M digits) M digits width origin T blank_tape.
End CellularCheck.

(** Windows of 8 cells, -4 to 3.  The last message is at row p and points the way m. *)
Theorem bb2_cellular : cellular_represents Q_arithmetic bb2 4 8 (-4) (blocks_of bb2 4 (-4) 8 6) (run bb2 6 blank_tape).
Proof. apply (represents_sound _ _ _ _ _ _ 4 Right). vm_compute. reflexivity. Qed.

Theorem bb3_cellular : cellular_represents Q_arithmetic bb3 4 8 (-4) (blocks_of bb3 4 (-4) 8 21) (run bb3 21 blank_tape).
Proof. apply (represents_sound _ _ _ _ _ _ 5 Right). vm_compute. reflexivity. Qed.

(** * Wei-Ma: the same; a tape is compared cell by cell where the tape head was, and elsewhere it is that of the start *)

Lemma tape_elsewhere M T c z : (forall t, t < T -> head (run M t c) <> z) -> tape (run M T c) z = tape c z.
Proof.
  induction T as [|T IH]; intros H; [reflexivity|]. cbn [run]. unfold step.
  destruct (delta M _ _) as [[[w m] p]|]; cbn [tape]; [|apply IH; auto].
  destruct (Z.eqb_spec z (head (run M T c))) as [->|_]; [|apply IH; auto]. exfalso. apply (H T); auto.
Qed.

Section WeiMaCheck.
Variable M : machine.
Variables K D B bits : nat.
Variable blank : nat.
Variable origin : Z.
Variable R : nat.

Let rs := WeiMa.registers M K D bits.
Definition is_at (x : nat -> nat -> Q) (i : nat) (z : Z) : bool :=
  forallb (fun j => register_holds_b rs (x i) (WeiMa.cell D j) (Some (WeiMa.cell_digit z j))) (seq 0 K).
Definition cells_from (low : Z) : list Z := map (fun i => (low + Z.of_nat i)%Z) (seq 0 (2 ^ K)).
Definition is_inside (low z : Z) : bool := (low <=? z)%Z && (z <? low + 2 ^ Z.of_nat K)%Z.

Definition cell_b (x : nat -> nat -> Q) (n : nat) (c : configuration) (z : Z) : bool :=
  existsb (fun i => is_at x i z && register_holds_b rs (x i) (WeiMa.written D) (Some (tape c z)) &&
    forallb (fun i' => negb (is_at x i' z)) (seq (S i) (n - S i))) (seq 0 n) ||
  (tape c z =? blank) && forallb (fun i => negb (is_at x i z)) (seq 0 n).

Definition sequence_b (x : nat -> nat -> Q) (T : nat) (low : Z) : bool :=
  let n := R + 2 + T in
  let c := run M T blank_tape in
  register_holds_b rs (x (n - 1)) WeiMa.next_state (Some (state c)) &&
  forallb (fun j => register_holds_b rs (x (n - 1)) (WeiMa.next_cell K D j) (Some (WeiMa.cell_digit (head c) j)))
    (seq 0 K) &&
  register_holds_b rs (x (n - 1)) (WeiMa.next_symbol D) (Some (tape c (head c))) &&
  forallb (fun t => is_inside low (head (run M t blank_tape))) (seq 0 (S T)) &&
  forallb (fun i => is_inside low (origin + Z.of_nat i)%Z) (seq 0 R) &&
  forallb (cell_b x n c) (cells_from low).

Lemma is_at_records x i z a : is_at x i z = false -> ~ wei_ma_records Q_arithmetic M K D bits x i z a.
Proof.
  unfold is_at, wei_ma_records. intros N [_ H]. apply not_true_iff_false in N. apply N, forallb_forall.
  intros j J. apply register_holds_iff, H. apply in_seq in J. lia.
Qed.

Lemma is_inside_iff low z : is_inside low z = true <-> (low <= z < low + 2 ^ Z.of_nat K)%Z.
Proof. unfold is_inside. rewrite andb_true_iff, Z.leb_le, Z.ltb_lt. reflexivity. Qed.

Lemma sequence_sound x T low : blank = 0 -> sequence_b x T low = true ->
  wei_ma_represents Q_arithmetic M K D bits blank origin R x (R + 2 + T) (run M T blank_tape).
Proof.
  intros Z0. unfold sequence_b. cbv zeta. set (n := R + 2 + T). rewrite !andb_true_iff, !forallb_forall.
  intros [[[[[State Cell] Symbol] Heads] Prompt] Cells]. split; [split; [|split]|].
  - now apply register_holds_iff.
  - intros j J. apply register_holds_iff, Cell, in_seq. lia.
  - now apply register_holds_iff.
  - exists low. cbv zeta. split; [|split].
    + apply is_inside_iff, Heads, in_seq. lia.
    + intros i I. apply is_inside_iff, Prompt, in_seq. lia.
    + intros z. split.
      * intros I. assert (J : In z (cells_from low)).
        { apply in_map_iff. exists (Z.to_nat (z - low)). split; [lia|]. apply in_seq.
          assert (Z.of_nat (2 ^ K) = 2 ^ Z.of_nat K)%Z by now rewrite Nat2Z.inj_pow. lia. }
        specialize (Cells z J). unfold cell_b in Cells. apply orb_prop in Cells. destruct Cells as [E|E].
        -- left. apply existsb_exists in E. destruct E as (i & In_ & E). rewrite !andb_true_iff, forallb_forall in E.
           destruct E as [[At Written] Later]. apply in_seq in In_. exists i. split; [lia|]. split.
           ++ split; [now apply register_holds_iff|]. intros j J'.
              unfold is_at in At. rewrite forallb_forall in At. 
              apply register_holds_iff, At, in_seq. lia.
           ++ intros i' a I'. apply is_at_records. apply negb_true_iff, Later, in_seq. lia.
        -- right. rewrite andb_true_iff, Nat.eqb_eq, forallb_forall in E. destruct E as [E N]. split; [exact E|].
           intros i a I'. apply is_at_records. apply negb_true_iff, N, in_seq. lia.
      * intros N. rewrite tape_elsewhere; [now rewrite Z0|]. intros t L E. apply N. rewrite <- E.
        apply is_inside_iff, Heads, in_seq. lia.
Qed.

Definition decoded (T : nat) : nat -> nat -> Q :=
  let blocks := WeiMa.weights M K D B bits blank in
  wei_ma_after Q_arithmetic hard_Q blocks M K D bits (R + 2 + T)
    (wei_ma_decoded Q_arithmetic hard_Q blocks M K D B bits origin R blank_tape T).
End WeiMaCheck.

(** One recorded cell; 3 digits for cells and 3 for times, to the base 2. *)
Theorem bb2_wei_ma :
  wei_ma_represents Q_arithmetic bb2 3 3 1 0 0 1 (decoded bb2 3 3 2 1 0 0 1 6) (1 + 2 + 6) (run bb2 6 blank_tape).
Proof. apply (sequence_sound bb2 3 3 1 0 0 1 _ 6 (-4) eq_refl). vm_compute. reflexivity. Qed.
