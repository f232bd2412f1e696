(** The theorems: read their statements beside the files that they speak of ([Machine], [Transformer], [Numbers],
    [Program], [Cellular], [WeiMa], [Decoding]).

    Each speaks of all weights that pass a check, [check blocks (weights ...) = true], which Coq computes: those of a
    file, if they do, and those of the construction itself ([check_reflexive] in [File]). *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Flocq Require Import Core.
From Tmformer Require Import Machine Transformer Numbers Program Cellular WeiMa Decoding File.
From Tmformer Require Import GradedSoftmax CellularGraded Correct.
Import ListNotations.
Local Open Scope R_scope.

(** * Cellular: blocks are machine steps *)
Section CellularTheorems.
Variable M : machine.
Variables digits width : nat.
Variable origin : Z.
Variable blocks : list block.
Hypothesis sized : cellular_sized M digits width origin.
Hypothesis checked : check blocks (Cellular.weights M digits) = true.

(** 1. Hard attention: T blocks give the configuration after T machine steps. *)
Theorem cellular_hard : cellular_simulates real hard blocks M digits width origin.
Proof. exact (cellular_in_hard_attention M digits width origin blocks sized checked). Qed.

(** 2. Softmax over the real numbers, to the base 2^c: what networks are compiled with in the graded regime. *)
Theorem cellular_softmax c : cellular_sharp digits c = true ->
  cellular_simulates real (softmax (INR c * ln 2)) blocks M digits width origin.
Proof. exact (cellular_in_softmax M digits width origin blocks sized checked c). Qed.

(** 3. Floats of p digits that go up to 2^most, in any order of summation, whatever comes of an overflow; where the
    device's exponential is 1 at 0 and 0 from - 2^e on. *)
Theorem cellular_floats p least most overflow order device_exp e :
  (8 <= p <= most)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z -> exp_facts device_exp (bpow radix2 e) ->
  (2 * (Z.of_nat digits + 1) <= 2 ^ (p - 1))%Z -> (4 * (Z.of_nat digits + 1) * 2 ^ e < 2 ^ most)%Z ->
  cellular_simulates (float p least most overflow order) (float_softmax p least most overflow device_exp (bpow radix2 e))
    blocks M digits width origin.
Proof. exact (cellular_in_floats M digits width origin blocks sized checked p least most overflow order device_exp e). Qed.

Section Formats.
Variable overflow : R -> R.
Variable order : nat -> tree.
Hypothesis ordered : is_order order.
Variable device_exp : R -> R.
Variable e : Z.
Hypothesis facts : exp_facts device_exp (bpow radix2 e).
Hypothesis few_digits : (digits <= 60)%nat.

Lemma logits_in_range most : (0 <= e)%Z -> (e + 8 <= most)%Z -> (4 * (Z.of_nat digits + 1) * 2 ^ e < 2 ^ most)%Z.
Proof.
  intros H0 H. assert (P : (0 < 2 ^ e)%Z) by (apply Z.pow_pos_nonneg; lia).
  apply Z.lt_le_trans with (2 ^ (e + 8))%Z; [|apply Z.pow_le_mono_r; lia].
  rewrite Z.pow_add_r by lia. change (2 ^ 8)%Z with 256%Z. nia.
Qed.

(** In the three formats, for windows of up to 2^60 cells. *)
Theorem cellular_binary32 : (0 <= e <= 120)%Z ->
  cellular_simulates (float 24 (-149) 128 overflow order) (float_softmax 24 (-149) 128 overflow device_exp (bpow radix2 e))
    blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; try lia. apply logits_in_range; lia. Qed.
Theorem cellular_bfloat16 : (0 <= e <= 120)%Z ->
  cellular_simulates (float 8 (-133) 128 overflow order) (float_softmax 8 (-133) 128 overflow device_exp (bpow radix2 e))
    blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; try lia. apply logits_in_range; lia. Qed.
Theorem cellular_binary16 : (0 <= e <= 8)%Z ->
  cellular_simulates (float 11 (-24) 16 overflow order) (float_softmax 11 (-24) 16 overflow device_exp (bpow radix2 e))
    blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; try lia. apply logits_in_range; lia. Qed.
End Formats.

(** 5. Floats that are not saturated: softmax to the base 2^c as it is computed, from a device's exponential that is
    only nearly right; [beta] is c ln 2, rounded. Nothing in the residual stream is rounded. *)
Section Graded.
Variable overflow : R -> R.
Variable order : nat -> tree.
Hypothesis ordered : is_order order.
Variable device_exp : R -> R.
Variable beta : R.

Theorem cellular_graded_binary32_3 : (digits <= 12)%nat -> graded_exp_facts 24 (-149) device_exp ->
  Rabs (beta - INR 3 * ln 2) <= bpow radix2 (-24) * (INR 3 * ln 2) ->
  cellular_simulates (float 24 (-149) 128 overflow order) (float_softmax 24 (-149) 128 overflow device_exp beta)
    blocks M digits width origin.
Proof.
  intros Hd Facts Hb. destruct sized as (_ & _ & Sw & _).
  apply (cellular_floats_softmax M digits width origin blocks sized checked 24 (-149) 128 overflow order device_exp 3);
    auto; try lia. now apply sharp_binary32_3.
Qed.
Theorem cellular_graded_binary32_4 : (digits <= 21)%nat -> graded_exp_facts 24 (-149) device_exp ->
  Rabs (beta - INR 4 * ln 2) <= bpow radix2 (-24) * (INR 4 * ln 2) ->
  cellular_simulates (float 24 (-149) 128 overflow order) (float_softmax 24 (-149) 128 overflow device_exp beta)
    blocks M digits width origin.
Proof.
  intros Hd Facts Hb. destruct sized as (_ & _ & Sw & _).
  apply (cellular_floats_softmax M digits width origin blocks sized checked 24 (-149) 128 overflow order device_exp 4);
    auto; try lia. now apply sharp_binary32_4.
Qed.
Theorem cellular_graded_binary16_4 : (digits <= 8)%nat -> graded_exp_facts 11 (-24) device_exp ->
  Rabs (beta - INR 4 * ln 2) <= bpow radix2 (-11) * (INR 4 * ln 2) ->
  cellular_simulates (float 11 (-24) 16 overflow order) (float_softmax 11 (-24) 16 overflow device_exp beta)
    blocks M digits width origin.
Proof.
  intros Hd Facts Hb. destruct sized as (_ & _ & Sw & _).
  apply (cellular_floats_softmax M digits width origin blocks sized checked 11 (-24) 16 overflow order device_exp 4); auto;
    try lia. now apply sharp_binary16_4.
Qed.
Theorem cellular_graded_bfloat16_4 : (digits <= 4)%nat -> graded_exp_facts 8 (-133) device_exp ->
  Rabs (beta - INR 4 * ln 2) <= bpow radix2 (-8) * (INR 4 * ln 2) ->
  cellular_simulates (float 8 (-133) 128 overflow order) (float_softmax 8 (-133) 128 overflow device_exp beta)
    blocks M digits width origin.
Proof.
  intros Hd Facts Hb. destruct sized as (_ & _ & Sw & _).
  apply (cellular_floats_softmax M digits width origin blocks sized checked 8 (-133) 128 overflow order device_exp 4);
    auto; try lia. now apply sharp_bfloat16_4.
Qed.
End Graded.
End CellularTheorems.

(** * Wei-Ma: decoding steps are machine steps *)
Section WeiMaTheorems.
Variable M : machine.
Variables K D B bits blank : nat.
Variable origin : Z.
Variables R T : nat.
Variable blocks : list block.
Hypothesis sized : wei_ma_sized M K D B bits blank R T.
Hypothesis checked : check blocks (WeiMa.weights M K D B bits blank) = true.

(** 4. Hard attention: T decoding steps give the configuration after T machine steps. *)
Theorem wei_ma_hard : wei_ma_simulates real hard blocks M K D B bits blank origin R T.
Proof. exact (proj1 (wei_ma_in_hard_attention M K D B bits blank origin R T blocks sized checked)). Qed.

(** Of all records of a cell it retrieves the latest: so an engine may keep just that one. *)
Theorem wei_ma_retrieval : wei_ma_retrieves real hard blocks M K D B bits blank origin R T.
Proof. exact (proj2 (wei_ma_in_hard_attention M K D B bits blank origin R T blocks sized checked)). Qed.

(** Softmax over the real numbers, to the base 2^c: sharp enough is c = bits(N + 1) + 3 + bits(b), N = R + T. *)
Theorem wei_ma_softmax c : wei_ma_sharp bits R T c = true ->
  wei_ma_simulates real (softmax (INR c * ln 2)) blocks M K D B bits blank origin R T.
Proof. exact (wei_ma_in_softmax M K D B bits blank origin R T blocks sized checked c). Qed.

(** Floats of p digits that go up to 2^most, as for cellular. *)
Theorem wei_ma_floats p least most overflow order device_exp e :
  (8 <= p <= most)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z -> exp_facts device_exp (bpow radix2 e) ->
  (Z.of_nat (R + 2 + T) <= 2 ^ (p - 1))%Z -> (8 * Z.of_nat (K + bits + 8) <= 2 ^ (p - 1))%Z ->
  (wei_ma_scores K D bits <= 2 ^ (p - 1))%Z -> (2 * wei_ma_scores K D bits * 2 ^ e < 2 ^ most)%Z ->
  let O := float p least most overflow order in
  let shares := float_softmax p least most overflow device_exp (bpow radix2 e) in
  wei_ma_simulates O shares blocks M K D B bits blank origin R T /\
  wei_ma_retrieves O shares blocks M K D B bits blank origin R T.
Proof. exact (wei_ma_in_floats M K D B bits blank origin R T blocks sized checked p least most overflow order device_exp e).
  Qed.

Section Formats.
Variable overflow : Rdefinitions.R -> Rdefinitions.R.
Variable order : nat -> tree.
Hypothesis ordered : is_order order.
Variable device_exp : Rdefinitions.R -> Rdefinitions.R.
Variable e : Z.
Hypothesis not_small : (0 <= e)%Z.
Hypothesis facts : exp_facts device_exp (bpow radix2 e).

Lemma wei_ma_in_format p least most : (8 <= p <= most)%Z -> (least <= -1)%Z ->
  wei_ma_fits_format K D bits R T p most e = true ->
  wei_ma_simulates (float p least most overflow order) (float_softmax p least most overflow device_exp (bpow radix2 e))
    blocks M K D B bits blank origin R T.
Proof.
  intros Hp Hl H. unfold wei_ma_fits_format in H. rewrite !andb_true_iff, !Z.leb_le, Z.ltb_lt in H.
  destruct H as [[[H1 H2] H3] H4]. now apply wei_ma_floats.
Qed.

Theorem wei_ma_binary32 : wei_ma_fits_format K D bits R T 24 128 e = true ->
  wei_ma_simulates (float 24 (-149) 128 overflow order) (float_softmax 24 (-149) 128 overflow device_exp (bpow radix2 e))
    blocks M K D B bits blank origin R T.
Proof. now apply wei_ma_in_format. Qed.
Theorem wei_ma_bfloat16 : wei_ma_fits_format K D bits R T 8 128 e = true ->
  wei_ma_simulates (float 8 (-133) 128 overflow order) (float_softmax 8 (-133) 128 overflow device_exp (bpow radix2 e))
    blocks M K D B bits blank origin R T.
Proof. now apply wei_ma_in_format. Qed.
Theorem wei_ma_binary16 : wei_ma_fits_format K D bits R T 11 16 e = true ->
  wei_ma_simulates (float 11 (-24) 16 overflow order) (float_softmax 11 (-24) 16 overflow device_exp (bpow radix2 e))
    blocks M K D B bits blank origin R T.
Proof. now apply wei_ma_in_format. Qed.
End Formats.
End WeiMaTheorems.
