(** The scores of a lowered lookup, over the integers: the rows that score highest are those that the lookup finds. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Transformer Program Symbolic Layout.
Import ListNotations.

(** * Sums *)
(** The sum of the terms 0 to n - 1. *)
Fixpoint zsum (n : nat) (f : nat -> Z) : Z := match n with 0 => 0%Z | S m => (zsum m f + f m)%Z end.

Lemma zsum_ext n f g : (forall i, i < n -> f i = g i) -> zsum n f = zsum n g.
Proof. induction n as [|n IH]; cbn; intros H; [reflexivity|]. rewrite IH, H by auto with arith. reflexivity. Qed.

Lemma zsum_app a b f : zsum (a + b) f = (zsum a f + zsum b (fun i => f (a + i)%nat))%Z.
Proof. induction b as [|b IH]; [rewrite Nat.add_0_r; cbn; ring|]. rewrite Nat.add_succ_r. cbn. rewrite IH. ring. Qed.

Lemma zsum_scale c n f : zsum n (fun i => c * f i)%Z = (c * zsum n f)%Z.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma zsum_abs n f : (Z.abs (zsum n f) <= zsum n (fun i => Z.abs (f i)))%Z.
Proof. induction n as [|n IH]; cbn; lia. Qed.

Lemma zsum_le n f g : (forall i, i < n -> (f i <= g i)%Z) -> (zsum n f <= zsum n g)%Z.
Proof.
  induction n as [|n IH]; cbn; intros H; [lia|]. pose proof (H n ltac:(lia)). specialize (IH ltac:(auto with arith)). lia.
Qed.

Lemma zsum_const n c : zsum n (fun _ => c) = (Z.of_nat n * c)%Z.
Proof. induction n as [|n IH]; [reflexivity|]. cbn [zsum]. rewrite IH. lia. Qed.

Lemma zsum_all n f c : (forall i, i < n -> f i = c) -> zsum n f = (Z.of_nat n * c)%Z.
Proof. intros H. rewrite <- zsum_const. apply zsum_ext, H. Qed.

Lemma zsum_most n f : (forall i, i < n -> (f i <= 1)%Z) -> (zsum n f <= Z.of_nat n)%Z.
Proof. intros H. rewrite <- (Z.mul_1_r (Z.of_nat n)), <- zsum_const. apply zsum_le, H. Qed.

(** Signs whose sum is more than their number less 2 are all 1. *)
Lemma zsum_full n f : (forall i, i < n -> f i = 1%Z \/ f i = (-1)%Z) -> (Z.of_nat n - 2 < zsum n f)%Z ->
  forall i, i < n -> f i = 1%Z.
Proof.
  induction n as [|n IH]; cbn [zsum]; intros H Hs i Hi; [lia|].
  assert (zsum n f <= Z.of_nat n)%Z by (apply zsum_most; intros; destruct (H i0 ltac:(lia)); lia).
  destruct (H n ltac:(lia)) as [E|E]; [|lia].
  destruct (Nat.eq_dec i n) as [->|]; [exact E|]. apply IH; [auto with arith|lia|lia].
Qed.

Lemma zsum_powers n : zsum n (fun t => 2 ^ Z.of_nat t)%Z = (2 ^ Z.of_nat n - 1)%Z.
Proof. induction n as [|n IH]; [reflexivity|]. cbn [zsum]. rewrite IH, Nat2Z.inj_succ, Z.pow_succ_r; lia. Qed.

(** The sum over a list that is built piece by piece. *)
Lemma zsum_flat_map {X Y} (f : X -> list Y) (g : Y -> Z) (d : Y) xs :
  zsum (length (flat_map f xs)) (fun b => g (nth b (flat_map f xs) d)) =
  fold_right (fun x rest => zsum (length (f x)) (fun b => g (nth b (f x) d)) + rest)%Z 0%Z xs.
Proof.
  induction xs as [|x xs IH]; [reflexivity|]. cbn [flat_map fold_right]. rewrite app_length, zsum_app, <- IH. f_equal.
  - apply zsum_ext. intros. now rewrite app_nth1.
  - apply zsum_ext. intros. rewrite app_nth2 by lia. do 2 f_equal. lia.
Qed.

Lemma nth_after {X} (a b : list X) d n t : length a = n -> nth (n + t) (a ++ b) d = nth t b d.
Proof. intros <-. rewrite app_nth2 by lia. f_equal. lia. Qed.

Lemma nth_mapped {X Y} (f : X -> Y) (x0 : X) xs d n : n < length xs -> nth n (map f xs) d = f (nth n xs x0).
Proof. intros H. rewrite (nth_indep _ d (f x0)) by now rewrite map_length. apply map_nth. Qed.

(** * Coordinates *)
Lemma coordinate_none t i : coordinate t None i = 0%Z.
Proof. now destruct t. Qed.

Lemma coordinate_small t v i : (Z.abs (coordinate t v i) <= 1)%Z.
Proof. destruct t, v; cbn [coordinate]; try destruct (_ =? _); try destruct (Nat.testbit _ _); lia. Qed.

Lemma times_small x y : (Z.abs x <= 1 -> Z.abs y <= 1 -> Z.abs (x * y) <= 1)%Z.
Proof. rewrite Z.abs_mul. nia. Qed.

Lemma scaled_small c x : (0 <= c -> Z.abs x <= 1 -> Z.abs (c * x) <= c)%Z.
Proof. rewrite Z.abs_mul. nia. Qed.

Lemma flat_small rs v f : (Z.abs (flat rs v f) <= 1)%Z.
Proof.
  revert v f. induction rs as [|r rs IH]; intros; cbn [flat]; [lia|]. destruct (_ <? _); [apply coordinate_small | apply IH].
Qed.

(** A code, read with its digits as weights. *)
Lemma code_sum w p : zsum w (fun t => 2 ^ Z.of_nat t * coordinate (Code w) (Some p) t)%Z =
  (2 * Z.of_nat (p mod 2 ^ w) - (2 ^ Z.of_nat w - 1))%Z.
Proof.
  cbn [coordinate]. induction w as [|w IH]; [cbn; lia|]. cbn [zsum]. rewrite IH.
  rewrite (Nat.pow_succ_r' 2 w), (Nat.mul_comm 2), Nat.mod_mul_r by (try apply Nat.pow_nonzero; lia).
  rewrite <- Nat.testbit_spec', Nat2Z.inj_add, Nat2Z.inj_mul, Nat2Z.inj_pow.
  change (Z.of_nat 2) with 2%Z. rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. destruct (Nat.testbit p w); cbn [Nat.b2n]; lia.
Qed.

Lemma testbits_equal w a b : a < 2 ^ w -> b < 2 ^ w -> (forall t, t < w -> Nat.testbit a t = Nat.testbit b t) -> a = b.
Proof.
  intros Ha Hb H. apply Nat.bits_inj. intros t. destruct (Nat.lt_ge_cases t w) as [L|L]; [now apply H|].
  assert (forall c, c < 2 ^ w -> Nat.testbit c t = false) as Z.
  { intros c Hc. rewrite <- (Nat.mod_small c (2 ^ w) Hc). now apply Nat.mod_pow2_bits_high. }
  now rewrite !Z.
Qed.

Section Scores.
Variable rs : list register.
Variable l : lookup.

(** * What is scored *)
Definition zq (v : nat -> option nat) (b : nat) : Z := zdot (nth b (query (lower_lookup rs l)) []) (flat rs v).
Definition zk (v : nat -> option nat) (b : nat) : Z := zdot (nth b (key (lower_lookup rs l)) []) (flat rs v).
Definition zv (v : nat -> option nat) (c : nat) : Z := zdot (nth c (value (lower_lookup rs l)) []) (flat rs v).
Definition zscore (s : stream) (i j : nat) : Z :=
  zsum (length (query (lower_lookup rs l))) (fun b => zq (s i) b * zk (s j) b)%Z.
Definition prefer_digits : nat := match prefer l with Some r => size rs r | None => 0 end.
Definition unit_of : Z := (2 ^ Z.of_nat prefer_digits)%Z.
Definition digits_of : nat := list_sum (map (fun m => size rs (snd m)) (matches l)).

(** * The rows of the weights *)
Definition digits : list (nat * nat) := flat_map (fun '(q, k) => combine (span rs q) (span rs k)) (matches l).
Definition ranks : list nat := match prefer l with Some r => span rs r | None => [] end.
Definition last_query : row :=
  (first rs (asks l), unit_of * (Z.of_nat digits_of - 1))%Z ::
  map (fun r => (first rs r, unit_of * Z.of_nat digits_of)%Z) (idle l).

Hypothesis fit : lookup_fits rs l.

Lemma length_ranks : length ranks = prefer_digits.
Proof. unfold ranks, prefer_digits, span. destruct (prefer l); [apply seq_length | reflexivity]. Qed.

Lemma length_pair q k : In (q, k) (matches l) -> length (combine (span rs q) (span rs k)) = size rs k.
Proof.
  intros H. destruct (matched _ _ fit q k H) as (_ & _ & w & E & E'). rewrite combine_length. unfold span.
  rewrite !seq_length. unfold size. rewrite E, E'. apply Nat.min_id.
Qed.

Lemma length_digits : length digits = digits_of.
Proof.
  unfold digits, digits_of. pose proof length_pair as H. induction (matches l) as [|[q k] ms IH]; [reflexivity|].
  cbn [flat_map map snd]. rewrite app_length, IH, H; [reflexivity | now left | intros; apply H; now right].
Qed.

Lemma query_is : query (lower_lookup rs l) =
  map (fun p => [(fst p, unit_of)]) digits ++
  map (fun i => [(first rs (asks l), 2 ^ Z.of_nat i)%Z]) (seq 0 prefer_digits) ++ [last_query].
Proof.
  unfold lower_lookup. cbn [query]. fold digits ranks. rewrite length_ranks, length_digits. f_equal.
  apply map_ext. now intros [q k].
Qed.

Lemma key_is : key (lower_lookup rs l) =
  map (fun p => [(snd p, 1%Z)]) digits ++ map (fun f => [(f, 1%Z)]) ranks ++ [[(first rs (null l), 1%Z)]].
Proof. unfold lower_lookup. cbn [key]. fold digits ranks. f_equal. apply map_ext. now intros [q k]. Qed.

Lemma length_query : length (query (lower_lookup rs l)) = digits_of + (prefer_digits + 1).
Proof. rewrite query_is, !app_length, !map_length, seq_length, length_digits. reflexivity. Qed.

Lemma length_key : length (key (lower_lookup rs l)) = length (query (lower_lookup rs l)).
Proof. rewrite length_query, key_is, !app_length, !map_length, length_digits, length_ranks. reflexivity. Qed.

(** * A score, term by term *)
Definition digit_sum (g : nat -> nat -> nat -> Z) (ms : list (nat * nat)) : Z :=
  fold_right (fun p rest => zsum (size rs (snd p)) (g (fst p) (snd p)) + rest)%Z 0%Z ms.
Definition pair_digit (v v' : nat -> option nat) (q k t : nat) : Z :=
  (coordinate (type_of rs q) (v q) t * coordinate (type_of rs k) (v' k) t)%Z.
Definition flag_sum (v : nat -> option nat) (r : list nat) : Z :=
  fold_right (fun r rest => coordinate flag (v r) 0 + rest)%Z 0%Z r.
Definition rank_digit (v : nat -> option nat) (t : nat) : Z :=
  match prefer l with Some r => coordinate (type_of rs r) (v r) t | None => 0%Z end.
Definition asked (v : nat -> option nat) : Z :=
  (coordinate flag (v (asks l)) 0 * (unit_of * (Z.of_nat digits_of - 1)) +
   unit_of * Z.of_nat digits_of * flag_sum v (idle l))%Z.

Lemma flat_flag v r : r < length rs -> type_of rs r = flag -> flat rs v (first rs r) = coordinate flag (v r) 0.
Proof.
  intros H E. rewrite <- (Nat.add_0_r (first rs r)), flat_at by (unfold size; rewrite ?E; cbn; auto). now rewrite E.
Qed.

Lemma last_query_is v : zdot last_query (flat rs v) = asked v.
Proof.
  unfold last_query, zdot, asked. cbn [fold_right fst snd].
  rewrite flat_flag by apply (asks_flag _ _ fit). rewrite Z.mul_comm. f_equal.
  pose proof (idle_flags _ _ fit) as H. induction (idle l) as [|r rest IH]; cbn [map fold_right flag_sum fst snd]; [ring|].
  rewrite IH by (intros; apply H; now right). rewrite flat_flag by (apply H; now left). fold (flag_sum v rest). ring.
Qed.

Lemma digit_term v v' b : b < digits_of ->
  (zq v b * zk v' b = unit_of * (flat rs v (fst (nth b digits (0, 0)%nat)) * flat rs v' (snd (nth b digits (0, 0)%nat))))%Z.
Proof.
  intros H. unfold zq, zk. rewrite query_is, key_is, !app_nth1 by now rewrite map_length, length_digits.
  rewrite !(nth_mapped _ (0, 0)) by now rewrite length_digits. cbn [zdot fold_right fst snd]. ring.
Qed.

Lemma rank_term v v' t : t < prefer_digits ->
  (zq v (digits_of + t) * zk v' (digits_of + t) = 2 ^ Z.of_nat t * (coordinate flag (v (asks l)) 0 * rank_digit v' t))%Z.
Proof.
  intros H. unfold zq, zk. rewrite query_is, key_is, !nth_after by now rewrite map_length, length_digits.
  rewrite !app_nth1 by (rewrite map_length, ?seq_length, ?length_ranks; lia).
  rewrite !(nth_mapped _ 0), seq_nth by (assumption || now rewrite ?seq_length, ?length_ranks).
  cbn [zdot fold_right fst snd Nat.add].
  rewrite flat_flag by apply (asks_flag _ _ fit). revert H. unfold prefer_digits, rank_digit, ranks, span.
  pose proof (preferred _ _ fit) as P. destruct (prefer l) as [r|]; [|lia]. intros H.
  rewrite seq_nth, flat_at by (assumption || now apply P). ring.
Qed.

Lemma last_term v v' : let b := digits_of + prefer_digits in
  (zq v b * zk v' b = coordinate flag (v' (null l)) 0 * asked v)%Z.
Proof.
  cbn zeta. unfold zq, zk. rewrite query_is, key_is, !nth_after by now rewrite map_length, length_digits.
  rewrite <- (Nat.add_0_r prefer_digits), !nth_after by now rewrite map_length, ?seq_length, ?length_ranks, ?Nat.add_0_r.
  cbn [nth].
  rewrite last_query_is. cbn [zdot fold_right fst snd]. rewrite flat_flag by apply (null_flag _ _ fit). ring.
Qed.

(** The score, or the sum of a function of its terms: matched digits, digits of the rank, what the null row is given. *)
Lemma score_terms (G : Z -> Z) v v' : zsum (length (query (lower_lookup rs l))) (fun b => G (zq v b * zk v' b)%Z) =
  (digit_sum (fun q k t => G (unit_of * pair_digit v v' q k t)) (matches l) +
   zsum prefer_digits (fun t => G (2 ^ Z.of_nat t * (coordinate flag (v (asks l)) 0 * rank_digit v' t))) +
   G (coordinate flag (v' (null l)) 0 * asked v))%Z.
Proof.
  rewrite length_query, !zsum_app. cbn [zsum]. rewrite Nat.add_0_r, last_term, Z.add_assoc. f_equal. f_equal.
  - pose (g := fun p => G (unit_of * (flat rs v (fst p) * flat rs v' (snd p)))%Z).
    rewrite (zsum_ext _ _ (fun b => g (nth b digits (0, 0)%nat))) by (intros; now rewrite digit_term).
    rewrite <- length_digits. unfold digits. rewrite zsum_flat_map. unfold digit_sum.
    pose proof length_pair as L. pose proof (matched _ _ fit) as M.
    induction (matches l) as [|[q k] ms IH]; [reflexivity|]. cbn [fold_right fst snd].
    rewrite IH by (intros; (apply L || apply M); now right). f_equal. rewrite L by now left.
    destruct (M q k (or_introl eq_refl)) as (Hq & Hk & w & Eq & Ek).
    assert (size rs q = size rs k) as E by (unfold size; now rewrite Eq, Ek).
    apply zsum_ext. intros t Ht. unfold g. rewrite combine_nth by (unfold span; now rewrite !seq_length). unfold span.
    cbn [fst snd]. rewrite !seq_nth, !flat_at by (assumption || now rewrite E). reflexivity.
  - apply zsum_ext. intros t Ht. now rewrite rank_term.
Qed.

(** * The three parts of a score *)
Definition agreement (v v' : nat -> option nat) : Z := digit_sum (pair_digit v v') (matches l).
Definition ranked (v : nat -> option nat) : Z := zsum prefer_digits (fun t => 2 ^ Z.of_nat t * rank_digit v t)%Z.

Lemma digit_sum_scale c g ms : digit_sum (fun q k t => c * g q k t)%Z ms = (c * digit_sum g ms)%Z.
Proof. induction ms as [|p ms IH]; [cbn; ring|]. unfold digit_sum in *. cbn [fold_right]. rewrite zsum_scale, IH. ring. Qed.

Lemma digit_sum_le c g ms : (forall q k t, g q k t <= c)%Z ->
  (digit_sum g ms <= c * Z.of_nat (list_sum (map (fun m => size rs (snd m)) ms)))%Z.
Proof.
  intros H. induction ms as [|p ms IH]; [cbn; lia|]. cbn [map list_sum fold_right digit_sum].
  fold (list_sum (map (fun m => size rs (snd m)) ms)). fold (digit_sum g ms).
  pose proof (zsum_le (size rs (snd p)) (g (fst p) (snd p)) (fun _ => c) ltac:(auto)) as L.
  rewrite zsum_const in L. lia.
Qed.

(** A score: the digits that agree, the rank, and what the null row is given. *)
Lemma score_is s i j : zscore s i j =
  (unit_of * agreement (s i) (s j) + coordinate flag (s i (asks l)) 0 * ranked (s j) +
   coordinate flag (s j (null l)) 0 * asked (s i))%Z.
Proof.
  unfold zscore. rewrite (score_terms (fun z => z)). f_equal. f_equal.
  - apply (digit_sum_scale unit_of (pair_digit (s i) (s j))).
  - unfold ranked. rewrite <- zsum_scale. apply zsum_ext. intros. ring.
Qed.

Lemma unit_positive : (1 <= unit_of)%Z.
Proof. unfold unit_of. pose proof (Z.pow_pos_nonneg 2 (Z.of_nat prefer_digits)). lia. Qed.

Lemma digits_positive : (1 <= Z.of_nat digits_of)%Z.
Proof. pose proof (some_digit _ _ fit). unfold digits_of. lia. Qed.

Lemma pair_small v v' q k t : (Z.abs (pair_digit v v' q k t) <= 1)%Z.
Proof. apply times_small; apply coordinate_small. Qed.

Lemma rank_digit_small v t : (Z.abs (rank_digit v t) <= 1)%Z.
Proof. unfold rank_digit. destruct (prefer l); [apply coordinate_small | easy]. Qed.

Lemma agreement_none v v' : (forall q k, In (q, k) (matches l) -> v q = None \/ v' k = None) -> agreement v v' = 0%Z.
Proof.
  unfold agreement. induction (matches l) as [|[q k] ms IH]; intros H; [reflexivity|]. cbn [digit_sum fold_right fst snd].
  fold (digit_sum (pair_digit v v') ms). rewrite IH by (intros; apply H; now right). rewrite (zsum_all _ _ 0%Z); [ring|].
  intros t _. unfold pair_digit. destruct (H q k (or_introl eq_refl)) as [E|E]; rewrite E, coordinate_none; ring.
Qed.

(** Digits that are not set do not agree. *)
Lemma agreement_unset s i j : (agreement (s i) (s j) <= Z.of_nat digits_of - Z.of_nat (unset rs l s j))%Z.
Proof.
  unfold agreement, digits_of, unset. induction (matches l) as [|[q k] ms IH]; [cbn; lia|].
  cbn [digit_sum fold_right fst snd map list_sum]. fold (digit_sum (pair_digit (s i) (s j)) ms).
  fold (list_sum (map (fun m : nat * nat => size rs (snd m)) ms)).
  fold (list_sum (map (fun m : nat * nat => match s j (snd m) with Some _ => 0 | None => size rs (snd m) end) ms)).
  assert (zsum (size rs k) (pair_digit (s i) (s j) q k) <=
    Z.of_nat (size rs k) - Z.of_nat (match s j k with Some _ => 0 | None => size rs k end))%Z; [|lia].
  destruct (s j k) eqn:E.
  - pose proof (zsum_most (size rs k) (pair_digit (s i) (s j) q k)) as H. rewrite Z.sub_0_r. apply H. intros t _.
    pose proof (pair_small (s i) (s j) q k t). lia.
  - rewrite (zsum_all _ _ 0%Z); [lia|]. intros t _. unfold pair_digit. rewrite E, coordinate_none. ring.
Qed.

Lemma hit_unset s i j : hit l s i j -> unset rs l s j = 0.
Proof.
  unfold hit, unset. induction (matches l) as [|[q k] ms IH]; intros H; [reflexivity|]. cbn [map list_sum fold_right snd].
  fold (list_sum (map (fun m : nat * nat => match s j (snd m) with Some _ => 0 | None => size rs (snd m) end) ms)).
  rewrite IH by (intros; apply H; now right). destruct (H q k (or_introl eq_refl)) as (a & _ & ->). reflexivity.
Qed.

(** All digits of a hit agree. *)
Lemma agreement_hit s i j : hit l s i j -> agreement (s i) (s j) = Z.of_nat digits_of.
Proof.
  unfold hit, agreement, digits_of. pose proof (matched _ _ fit) as M.
  induction (matches l) as [|[q k] ms IH]; intros H; [reflexivity|].
  cbn [digit_sum fold_right fst snd map list_sum]. fold (digit_sum (pair_digit (s i) (s j)) ms).
  fold (list_sum (map (fun m : nat * nat => size rs (snd m)) ms)).
  rewrite IH by (intros; (apply H || apply M); now right). rewrite (zsum_all _ _ 1%Z); [lia|]. intros t _.
  destruct (H q k (or_introl eq_refl)) as (a & Ea & Ea').
  destruct (M q k (or_introl eq_refl)) as (_ & _ & w & Eq & Ek).
  unfold pair_digit. rewrite Eq, Ek, Ea, Ea'. cbn [coordinate]. now destruct (Nat.testbit a t).
Qed.

(** Codes of which less than two digits' worth differs are equal. *)
Lemma agreement_full s i j : row_fits rs (s i) -> row_fits rs (s j) ->
  (forall q k, In (q, k) (matches l) -> s i q <> None /\ s j k <> None) ->
  (Z.of_nat digits_of - 2 < agreement (s i) (s j))%Z -> hit l s i j.
Proof.
  intros Fi Fj. unfold hit, agreement, digits_of. pose proof (matched _ _ fit) as M.
  induction (matches l) as [|[q k] ms IH]; intros H Hs q' k' Hin; [easy|]. revert Hs.
  cbn [digit_sum fold_right fst snd map list_sum]. fold (digit_sum (pair_digit (s i) (s j)) ms).
  fold (list_sum (map (fun m : nat * nat => size rs (snd m)) ms)). intros Hs.
  pose proof (digit_sum_le 1 (pair_digit (s i) (s j)) ms) as L1.
  pose proof (zsum_most (size rs k) (pair_digit (s i) (s j) q k)) as L2.
  assert (forall q k t, pair_digit (s i) (s j) q k t <= 1)%Z as L3.
  { intros q1 k1 t. pose proof (pair_small (s i) (s j) q1 k1 t). lia. }
  specialize (L1 L3). specialize (L2 ltac:(auto)). destruct Hin as [[= <- <-]|Hin].
  - destruct (M q k (or_introl eq_refl)) as (Hq & Hk & w & Eq & Ek). destruct (H q k (or_introl eq_refl)) as [Nq Nk].
    destruct (s i q) as [a|] eqn:Ea; [|easy]. destruct (s j k) as [b|] eqn:Eb; [|easy]. exists a. split; [easy|]. f_equal.
    symmetry. pose proof (Fi _ _ Hq Ea) as Ba. pose proof (Fj _ _ Hk Eb) as Bb. rewrite Eq in Ba. rewrite Ek in Bb.
    apply (testbits_equal w); [exact Ba|exact Bb|]. intros t Ht.
    assert (forall t, t < size rs k -> pair_digit (s i) (s j) q k t = 1%Z) as Full.
    { apply zsum_full; [|lia]. intros t' _. unfold pair_digit. rewrite Eq, Ek, Ea, Eb. cbn [coordinate].
      destruct (Nat.testbit a t'), (Nat.testbit b t'); auto. }
    specialize (Full t). unfold size, pair_digit in Full. rewrite Eq, Ek, Ea, Eb in Full. specialize (Full Ht).
    cbn [coordinate] in Full. now destruct (Nat.testbit a t), (Nat.testbit b t).
  - apply IH; [intros; apply M; now right|intros; apply H; now right|lia|exact Hin].
Qed.

Lemma ranked_small v : (Z.abs (ranked v) <= unit_of - 1)%Z.
Proof.
  unfold ranked, unit_of. rewrite <- zsum_powers. etransitivity; [apply zsum_abs|]. apply zsum_le. intros t _.
  apply scaled_small; [apply Z.pow_nonneg; lia | apply rank_digit_small].
Qed.

(** The rank, where it is known. *)
Lemma ranked_is s j : row_fits rs (s j) -> (forall r, prefer l = Some r -> s j r <> None) ->
  ranked (s j) = (2 * Z.of_nat (rank l s j) - (unit_of - 1))%Z.
Proof.
  intros F H. unfold ranked, rank_digit, rank, unit_of, prefer_digits. pose proof (preferred _ _ fit) as P.
  destruct (prefer l) as [r|]; [|reflexivity]. destruct (P r eq_refl) as (Hr & w & E). specialize (H r eq_refl).
  destruct (s j r) as [p|] eqn:Ep; [|easy]. pose proof (F r p Hr Ep) as B. unfold size.
  rewrite E in *. cbn [width fits] in *.
  rewrite code_sum, Nat.mod_small by exact B. reflexivity.
Qed.

Lemma ranked_none v : (forall r, prefer l = Some r -> v r = None) -> ranked v = 0%Z.
Proof.
  intros H. unfold ranked. rewrite (zsum_all _ _ 0%Z); [ring|]. intros t _. unfold rank_digit.
  destruct (prefer l) as [r|]; [rewrite H, coordinate_none by easy|]; ring.
Qed.

Lemma flag_sum_none v r : (forall x, In x r -> v x = None) -> flag_sum v r = 0%Z.
Proof.
  induction r as [|x r IH]; intros H; [reflexivity|]. cbn [flag_sum fold_right]. rewrite H by now left.
  apply IH. intros. apply H. now right.
Qed.

Lemma flag_sum_app v r r' : flag_sum v (r ++ r') = (flag_sum v r + flag_sum v r')%Z.
Proof.
  induction r as [|x r IH]; [reflexivity|]. cbn [flag_sum fold_right app]. fold (flag_sum v (r ++ r')). rewrite IH.
  unfold flag_sum. ring.
Qed.

(** * The scores of rows that ask, and of idle rows *)
Section Rows.
Variable n : nat.
Variable s : stream.
Hypothesis ok : lookup_ok rs l n s.
Hypothesis rows : forall i, i < n -> row_fits rs (s i).

Lemma asked_asks i : i < n -> s i (asks l) = Some 0 -> asked (s i) = (unit_of * (Z.of_nat digits_of - 1))%Z.
Proof.
  intros Hi E. destruct (asks_or_idle _ _ _ _ ok i Hi) as [(_ & H & _)|(H & _)]; [|congruence].
  unfold asked. rewrite E, flag_sum_none by exact H. cbn [coordinate flag Nat.eqb]. ring.
Qed.

Lemma asked_idle i : i < n -> s i (asks l) = None -> asked (s i) = (unit_of * Z.of_nat digits_of)%Z.
Proof.
  intros Hi E.
  destruct (asks_or_idle _ _ _ _ ok i Hi) as [(H & _)|(_ & (before & r & after & Ei & Er & H) & _)]; [congruence|].
  unfold asked. rewrite E, Ei, flag_sum_app, coordinate_none. cbn [flag_sum fold_right]. fold (flag_sum (s i) after).
  rewrite Er, !flag_sum_none by (intros; apply H, in_or_app; auto). cbn [coordinate flag Nat.eqb]. ring.
Qed.

Lemma asks_cases i : i < n -> s i (asks l) = Some 0 \/ s i (asks l) = None.
Proof. intros Hi. destruct (asks_or_idle _ _ _ _ ok i Hi) as [(H & _)|(H & _)]; auto. Qed.

Lemma asked_bound i : i < n -> (0 <= asked (s i) <= unit_of * Z.of_nat digits_of)%Z.
Proof.
  intros Hi. pose proof unit_positive. pose proof digits_positive.
  destruct (asks_cases i Hi); [rewrite asked_asks by assumption | rewrite asked_idle by assumption]; nia.
Qed.

Lemma some_match : exists q k, In (q, k) (matches l).
Proof.
  pose proof (some_digit _ _ fit) as H. destruct (matches l) as [|[q k] ms]; [now cbn in H|]. exists q, k. now left.
Qed.

Lemma null_no_hit i : ~ hit l s i 0.
Proof.
  intros H. destruct some_match as (q & k & Hin). destruct (H q k Hin) as (a & _ & E).
  destruct (null_row _ _ _ _ ok) as (_ & N & _). rewrite (N q k Hin) in E. easy.
Qed.

(** The scores that a row that asks gives: to the null row, to hits, to others. *)
Lemma score_cases i j : i < n -> j < n -> s i (asks l) = Some 0 ->
  (j = 0 /\ zscore s i j = (unit_of * (Z.of_nat digits_of - 1))%Z) \/
  (0 < j /\ hit l s i j /\
    zscore s i j = (unit_of * (Z.of_nat digits_of - 1) + 1 + 2 * Z.of_nat (rank l s j))%Z) \/
  (0 < j /\ ~ hit l s i j /\ (zscore s i j <= unit_of * (Z.of_nat digits_of - 1) - 1)%Z).
Proof.
  intros Hi Hj Ea. pose proof unit_positive as U. rewrite score_is, Ea, asked_asks by assumption.
  replace (coordinate flag (Some 0) 0) with 1%Z by reflexivity.
  destruct (Nat.eq_dec j 0) as [->|Nj].
  - left. destruct (null_row _ _ _ _ ok) as (E & K & P & _). rewrite E, ranked_none by exact P.
    rewrite agreement_none by (intros; right; eapply K; eassumption). split; [reflexivity|].
    cbn [coordinate flag Nat.eqb]. ring.
  - right. destruct (other_rows _ _ _ _ ok j ltac:(lia)) as (E & H). rewrite E, coordinate_none.
    pose proof (ranked_small (s j)) as R. destruct H as [(K & P)|H].
    + rewrite ranked_is by auto.
      destruct (Z.le_gt_cases (agreement (s i) (s j)) (Z.of_nat digits_of - 2)) as [L|L].
      * right. split; [lia|]. split; [intros Hh; rewrite (agreement_hit _ _ _ Hh) in L; lia|].
        rewrite ranked_is in R by auto. nia.
      * left. assert (hit l s i j) as Hh.
        { apply agreement_full; auto. intros q k Hin. split; [|eapply K; eassumption].
          destruct (asks_or_idle _ _ _ _ ok i Hi) as [(_ & _ & Q)|(Q & _)]; [eapply Q; eassumption|congruence]. }
        rewrite (agreement_hit _ _ _ Hh). split; [lia|]. split; [exact Hh|]. ring.
    + right. pose proof (agreement_unset s i j) as L. split; [lia|].
      split; [intros Hh; apply hit_unset in Hh; lia|].
      assert (agreement (s i) (s j) <= Z.of_nat digits_of - 2)%Z by lia. nia.
Qed.

(** An idle row gives the null row all, and others nothing. *)
Lemma score_idle i j : i < n -> j < n -> s i (asks l) = None ->
  zscore s i j = if j =? 0 then (unit_of * Z.of_nat digits_of)%Z else 0%Z.
Proof.
  intros Hi Hj Ea. rewrite score_is, Ea, asked_idle, coordinate_none by assumption.
  destruct (asks_or_idle _ _ _ _ ok i Hi) as [(H & _)|(_ & _ & Q)]; [congruence|].
  rewrite agreement_none by (intros; left; eapply Q; eassumption). destruct (Nat.eqb_spec j 0) as [->|N].
  - destruct (null_row _ _ _ _ ok) as (E & _). rewrite E. cbn [coordinate flag Nat.eqb]. ring.
  - destruct (other_rows _ _ _ _ ok j ltac:(lia)) as (E & _). rewrite E, coordinate_none. ring.
Qed.

(** * What rows answer *)
Lemma value_row c : c < size rs (answer l) -> nth c (value (lower_lookup rs l)) [] =
  (first rs (answer l) + c, 1%Z) :: match default l with
    | Some a => [(first rs (null l), coordinate (type_of rs (answer l)) (Some a) c)]
    | None => []
    end.
Proof.
  intros H. unfold lower_lookup. cbn [value]. rewrite (nth_mapped _ 0), seq_nth by now rewrite ?seq_length. reflexivity.
Qed.

Lemma value_is v c : c < size rs (answer l) -> zv v c = (coordinate (type_of rs (answer l)) (v (answer l)) c +
  coordinate flag (v (null l)) 0 * coordinate (type_of rs (answer l)) (default l) c)%Z.
Proof.
  intros H. unfold zv. rewrite value_row by exact H. unfold zdot. cbn [fold_right fst snd].
  rewrite flat_at by (exact H || apply (answer_type _ _ fit)). destruct (default l).
  - cbn [fold_right fst snd]. rewrite flat_flag by apply (null_flag _ _ fit). ring.
  - rewrite coordinate_none. cbn [fold_right]. ring.
Qed.

Lemma value_other j c : 0 < j < n -> c < size rs (answer l) ->
  zv (s j) c = coordinate (type_of rs (answer l)) (s j (answer l)) c.
Proof.
  intros Hj Hc. rewrite value_is by exact Hc. destruct (other_rows _ _ _ _ ok j Hj) as (-> & _).
  rewrite coordinate_none. ring.
Qed.

Lemma value_null c : c < size rs (answer l) ->
  zv (s 0) c = coordinate (type_of rs (answer l)) (by_default l s) c.
Proof.
  intros Hc. rewrite value_is by exact Hc. destruct (null_row _ _ _ _ ok) as (-> & _ & _ & D). unfold by_default.
  destruct (default l); [rewrite D by easy|]; rewrite coordinate_none; cbn [coordinate flag Nat.eqb]; ring.
Qed.

(** * The rows that score highest *)
(** Among the rows that row [i] sees there is a highest score, and all rows that have it answer what row [i] finds. *)
Theorem best_rows i v : i < n -> finds l s n i v -> exists top : Z,
  (exists j, j < n /\ sees l i j /\ zscore s i j = top) /\
  (forall j, j < n -> sees l i j -> (zscore s i j <= top)%Z) /\
  (forall j, j < n -> sees l i j -> zscore s i j = top ->
    forall c, c < size rs (answer l) -> zv (s j) c = coordinate (type_of rs (answer l)) v c).
Proof.
  intros Hi [(Ea & j & Hj & Sj & Hh & Ev & Best)|(Ea & ->)].
  - exists (zscore s i j). split; [now exists j|].
    assert (forall j', j' < n -> sees l i j' -> (zscore s i j' <= zscore s i j)%Z /\
      (zscore s i j' = zscore s i j -> 0 < j' /\ s j' (answer l) = v)) as H.
    { intros j' Hj' Sj'. pose proof (null_no_hit i) as N.
      destruct (score_cases i j Hi Hj Ea) as [(-> & _)|[(_ & _ & E)|(_ & X & _)]]; [easy| |easy].
      destruct (score_cases i j' Hi Hj' Ea) as [(_ & E')|[(Pj & Hh' & E')|(_ & _ & E')]]; [lia| |lia].
      destruct (Best j' Hj' Sj' Hh') as [L V]. split; [lia|]. intros Same. split; [exact Pj|]. apply V. lia. }
    split; [intros j' Hj' Sj'; now apply H|]. intros j' Hj' Sj' E c Hc. destruct (H j' Hj' Sj') as [_ V].
    destruct (V E) as [P <-]. apply value_other; [lia|exact Hc].
  - exists (zscore s i 0). assert (sees l i 0) as S0 by (intros _; lia). split; [exists 0; repeat split; [lia|exact S0]|].
    assert (forall j', j' < n -> sees l i j' -> j' = 0 \/ (zscore s i j' < zscore s i 0)%Z) as H.
    { intros j' Hj' Sj'. destruct (Nat.eq_dec j' 0) as [|N]; [now left|right].
      destruct (asks_cases i Hi) as [E|E].
      - destruct Ea as [Ea|Ea]; [congruence|].
        destruct (score_cases i 0 Hi ltac:(lia) E) as [(_ & E0)|[(X & _)|(X & _)]]; [|lia|lia].
        destruct (score_cases i j' Hi Hj' E) as [(X & _)|[(_ & Hh & _)|(_ & _ & E')]];
          [lia|now destruct (Ea j' Hj' Sj')|lia].
      - rewrite !score_idle by (assumption || lia). destruct (Nat.eqb_spec j' 0); [lia|]. cbn [Nat.eqb].
        pose proof unit_positive. pose proof digits_positive. nia. }
    split.
    + intros j' Hj' Sj'. destruct (H j' Hj' Sj') as [->|]; lia.
    + intros j' Hj' Sj' E c Hc. destruct (H j' Hj' Sj') as [->|]; [now apply value_null|lia].
Qed.

(** * Bounds *)
(** The terms of a score are small together. *)
Theorem score_bound_terms i j : i < n -> j < n ->
  (zsum (length (query (lower_lookup rs l))) (fun b => Z.abs (zq (s i) b * zk (s j) b)) <=
   2 * unit_of * (Z.of_nat digits_of + 1))%Z.
Proof.
  intros Hi Hj. rewrite score_terms. pose proof unit_positive as U. pose proof (asked_bound i Hi) as A.
  match goal with |- (?x + ?y + ?z <= _)%Z =>
    enough (x <= unit_of * Z.of_nat digits_of /\ y <= unit_of - 1 /\ z <= unit_of * Z.of_nat digits_of)%Z by lia
  end.
  split; [|split].
  - apply digit_sum_le. intros q k t. apply scaled_small; [lia|]. apply (pair_small (s i) (s j)).
  - unfold unit_of. rewrite <- zsum_powers. apply zsum_le. intros t _.
    apply scaled_small; [apply Z.pow_nonneg; lia|]. apply times_small; [apply coordinate_small | apply rank_digit_small].
  - rewrite Z.mul_comm. etransitivity; [apply scaled_small; [apply A | apply coordinate_small] | apply A].
Qed.

(** So is the score. *)
Theorem score_bound i j : i < n -> j < n -> (Z.abs (zscore s i j) <= 2 * unit_of * (Z.of_nat digits_of + 1))%Z.
Proof. intros Hi Hj. etransitivity; [apply zsum_abs | now apply score_bound_terms]. Qed.

Lemma length_value : length (value (lower_lookup rs l)) = size rs (answer l).
Proof. unfold lower_lookup. cbn [value]. now rewrite map_length, seq_length. Qed.

(** No value is more than 1. *)
Theorem value_small j c : j < n -> c < length (value (lower_lookup rs l)) -> (Z.abs (zv (s j) c) <= 1)%Z.
Proof.
  rewrite length_value. intros Hj Hc. destruct (Nat.eq_dec j 0) as [->|N].
  - rewrite value_null by exact Hc. apply coordinate_small.
  - rewrite value_other by (lia || exact Hc). apply coordinate_small.
Qed.
End Rows.

(** * Columns *)
Lemma span_below r f : r < length rs -> In f (span rs r) -> f < d_model rs.
Proof.
  intros Hr Hf. apply in_seq in Hf. replace f with (first rs r + (f - first rs r)) by lia. apply first_below; [exact Hr|lia].
Qed.

Lemma flag_below r : r < length rs -> type_of rs r = flag -> first rs r < d_model rs.
Proof. intros Hr E. apply (span_below r); [exact Hr|]. unfold span, size. rewrite E. now left. Qed.

Lemma digits_below p : In p digits -> fst p < d_model rs /\ snd p < d_model rs.
Proof.
  intros H. apply in_flat_map in H. destruct H as ([q k] & Hin & H). destruct p as [a b].
  destruct (matched _ _ fit q k Hin) as (Hq & Hk & _).
  split; [apply (span_below q); [exact Hq|] | apply (span_below k); [exact Hk|]];
    [eapply in_combine_l | eapply in_combine_r]; exact H.
Qed.

(** No weight reads or writes outside the residual stream. *)
Theorem columns_known w f x : let h := lower_lookup rs l in
  In w (query h) \/ In w (key h) \/ In w (value h) \/ In w (output h) -> In (f, x) w -> f < d_model rs.
Proof.
  cbn zeta. rewrite query_is, key_is, !in_app_iff, !in_map_iff.
  pose proof (flag_below _ (proj1 (asks_flag _ _ fit)) (proj2 (asks_flag _ _ fit))) as Fa.
  pose proof (flag_below _ (proj1 (null_flag _ _ fit)) (proj2 (null_flag _ _ fit))) as Fn.
  intros [[(p & <- & H)|[(t & <- & _)|[<-|[]]]]|[[(p & <- & H)|[(g & <- & H)|[<-|[]]]]|[H|H]]] Hin.
  - destruct Hin as [[= <- _]|[]]. now apply digits_below.
  - destruct Hin as [[= <- _]|[]]. exact Fa.
  - destruct Hin as [[= <- _]|Hin]; [exact Fa|]. apply in_map_iff in Hin. destruct Hin as (r & [= <- _] & Hr).
    apply flag_below; now apply (idle_flags _ _ fit).
  - destruct Hin as [[= <- _]|[]]. now apply digits_below.
  - destruct Hin as [[= <- _]|[]]. revert H. unfold ranks. pose proof (preferred _ _ fit) as P.
    destruct (prefer l) as [r|]; [|easy]. apply span_below. now apply P.
  - destruct Hin as [[= <- _]|[]]. exact Fn.
  - unfold lower_lookup in H. cbn [value] in H. apply in_map_iff in H. destruct H as (c & <- & Hc). apply in_seq in Hc.
    destruct Hin as [[= <- _]|Hin]; [apply first_below; [apply (answer_type _ _ fit)|lia]|].
    destruct (default l); [|easy]. destruct Hin as [[= <- _]|[]]. exact Fn.
  - unfold lower_lookup in H. cbn [output] in H. apply in_map_iff in H. destruct H as (g & <- & Hg).
    destruct Hin as [[= <- _]|[]]. apply (span_below (into l)); [apply (answer_type _ _ fit)|exact Hg].
Qed.
End Scores.
