(** The theorems: read their statements beside the files that they speak of ([Machine], [Transformer], [Numbers], [Program],
    [Cellular], [WeiMa], [Decoding]).

    Each speaks of all weights that pass a check, [check blocks (weights ...) = true], which Coq computes: those of a file, if they
    do, and those of the construction itself ([check_reflexive] in [File]). *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Flocq Require Import Core.
From Tmformer Require Import Machine Transformer Numbers Program Cellular WeiMa Decoding.
From Tmformer Require Import Symbolic Arithmetic Normalisers Scores Attention Tables Blocks Instances File.
From Tmformer Require Import CellularSteps CellularNetwork CellularSharp WeiMaRows WeiMaRegisters WeiMaMove WeiMaNetwork.
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
Notation regs := (Cellular.registers M digits).

Lemma cellular_simulates_where domain limit O (exact : exact_on domain limit O) shares eps :
  0 <= eps <= 1 / 4 -> 48 <= limit ->
  heads_bring regs domain O shares (width + 1) eps (orderly M digits (width + 1)) (lookups (the_stage M)) ->
  cellular_simulates O shares blocks M digits width origin.
Proof.
  intros He Hl Hb. destruct sized as (Sm & Sd & Sw & So).
  apply network_simulates with domain limit eps (orderly M digits (width + 1)); auto.
  - apply check_sound. exact checked.
  - intros s s' H. now apply orderly_ext.
  - intros s s' H. now apply orderly_kept.
  - intros start _. apply orderly_start.
Qed.

Lemma cellular_simulates_saturated domain limit O (exact : exact_on domain limit O) shares : saturated limit shares ->
  48 <= limit -> INR (4 * (digits + 1)) <= limit -> cellular_simulates O shares blocks M digits width origin.
Proof.
  intros Hs Hl Hd. destruct sized as (Sm & Sd & Sw & So).
  apply (cellular_simulates_where domain limit O exact shares 0); try lra.
  apply saturated_brings with limit; auto; [lra| |].
  - intros l Hin. split.
    + apply (lookups_fit _ _ (cellular_fits M digits Sm Sd (the_stage M) (or_introl eq_refl))), Hin.
    + cbn [the_stage lookups] in Hin. apply in_map_iff in Hin as (m & <- & _).
      eapply Rle_trans; [apply IZR_le|rewrite INR_IZR_INZ in Hd; exact Hd].
      unfold lookup_need, unit_of, prefer_digits, digits_of. cbn [fetch prefer matches idle map list_sum fold_right length snd].
      unfold size. rewrite (proj1 (proj2 (code_type M digits))). cbn [Program.width]. change (2 ^ Z.of_nat 0)%Z with 1%Z. lia.
  - intros l s i v Hin Hord Hok Hfit Hi Hv. apply Rle_trans with 1; [|lra]. apply IZR_le.
    apply (one_winner regs (width + 1) l s i v); auto.
    + apply (lookups_fit _ _ (cellular_fits M digits Sm Sd (the_stage M) (or_introl eq_refl))), Hin.
    + cbn [the_stage lookups] in Hin. apply in_map_iff in Hin as (m & <- & _). intros j j' Hj Hj' Hh Hh'.
      destruct (Hh _ _ (or_introl eq_refl)) as (a & Ea & Ka). destruct (Hh' _ _ (or_introl eq_refl)) as (a' & Ea' & Ka').
      assert (Null : forall k b, s k (own_cell M) = Some b -> k <> 0%nat).
      { intros k b E ->. destruct (null_row _ _ _ _ Hok) as (_ & N & _). rewrite (N _ _ (or_introl eq_refl)) in E. discriminate. }
      pose proof (Null j a Ka). pose proof (Null j' a' Ka').
      apply (distinct M digits (width + 1) Sd Sw s j j' Hord); try lia. congruence.
Qed.

(** 1. Hard attention: T blocks give the configuration after T machine steps. *)
Theorem cellular_hard : cellular_simulates real hard blocks M digits width origin.
Proof.
  set (limit := Rmax 48 (INR (4 * (digits + 1)))).
  apply (cellular_simulates_saturated (fun _ => True) limit real (real_exact limit) hard (hard_saturated limit)); unfold limit.
  - apply Rmax_l.
  - apply Rmax_r.
Qed.

(** 2. Softmax over the real numbers, to the base 2^c: what networks are compiled with in the graded regime. *)
Theorem cellular_softmax c : (1 + / 4 ^ c) ^ digits + / 2 ^ c <= 4 / 3 ->
  cellular_simulates real (softmax (INR c * ln 2)) blocks M digits width origin.
Proof.
  intros Hc. destruct sized as (Sm & Sd & Sw & So).
  apply (cellular_simulates_where (fun _ => True) 48 real (real_exact 48) _ (1 / 4)); try lra.
  rewrite INR_IZR_INZ. now apply cellular_brings_sharply.
Qed.

(** The bound in numbers: c = 3 for up to 12 digits, 4,095 cells; 4 for up to 61 digits. *)
Corollary cellular_softmax_3 : (digits <= 12)%nat -> cellular_simulates real (softmax (INR 3 * ln 2)) blocks M digits width origin.
Proof. intros H. apply cellular_softmax. now apply sharp_3. Qed.
Corollary cellular_softmax_4 : (digits <= 61)%nat -> cellular_simulates real (softmax (INR 4 * ln 2)) blocks M digits width origin.
Proof. intros H. apply cellular_softmax. now apply sharp_4. Qed.

(** 3. Floats of p digits, in any order of summation, where the device's exponential is 1 at 0 and 0 from - 2^e on. *)
Theorem cellular_floats p least order device_exp e : (8 <= p)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z ->
  exp_facts device_exp (bpow radix2 e) -> (4 * (Z.of_nat digits + 1) <= 2 ^ (p - 2))%Z ->
  cellular_simulates (float p least order) (float_softmax p least device_exp (bpow radix2 e)) blocks M digits width origin.
Proof.
  intros Hp Hl Ho He Facts Hd.
  apply (cellular_simulates_saturated halves (bpow radix2 (p - 2))).
  - now apply float_exact.
  - now apply float_softmax_saturated.
  - pose proof (B_large p Hp). lra.
  - rewrite INR_IZR_INZ, <- IZR_Zpower by lia. apply IZR_le. cbn [radix_val radix2]. lia.
Qed.

Section Formats.
Variable order : nat -> tree.
Hypothesis ordered : is_order order.
Variable device_exp : R -> R.
Variable e : Z.
Hypothesis beta_whole : (0 <= e)%Z.
Hypothesis facts : exp_facts device_exp (bpow radix2 e).

Corollary cellular_binary32 : (digits <= 1000)%nat ->
  cellular_simulates (float 24 (-149) order) (float_softmax 24 (-149) device_exp (bpow radix2 e)) blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; lia. Qed.
Corollary cellular_bfloat16 : (digits <= 15)%nat ->
  cellular_simulates (float 8 (-133) order) (float_softmax 8 (-133) device_exp (bpow radix2 e)) blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; lia. Qed.
Corollary cellular_binary16 : (digits <= 127)%nat ->
  cellular_simulates (float 11 (-24) order) (float_softmax 11 (-24) device_exp (bpow radix2 e)) blocks M digits width origin.
Proof. intros H. apply cellular_floats; auto; lia. Qed.
End Formats.
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
Notation regs := (WeiMa.registers M K D bits).
Notation stages := (wei_ma M K D B blank).

Lemma wei_ma_simulates_where domain limit O (exact : exact_on domain limit O) shares eps :
  0 <= eps <= 1 -> eps * INR bits <= 1 / 4 -> IZR (8 * Z.of_nat (K + bits + 8)) <= limit ->
  (forall n st, (n <= R + 2 + T)%nat -> In st stages -> heads_bring regs domain O shares n eps (fun _ => True) (lookups st)) ->
  wei_ma_simulates O shares blocks M K D B bits blank origin R T.
Proof.
  intros He Hb Hl Hbring start t Hc Ht Hh Hz.
  destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD).
  apply (wei_ma_correct M K D B bits blank) with (T := T) (domain := domain) (limit := limit) (eps := eps); auto.
  - apply wei_ma_small; auto. lra.
  - apply check_sound. exact checked.
Qed.

Lemma stage_lookups limit st : IZR (6 * 2 ^ Z.of_nat bits * (Z.of_nat (K + D * bits) + 1)) <= limit -> In st stages ->
  lookups_small regs limit (lookups st).
Proof.
  intros Hn Hst l Hl. destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD).
  split.
  - now apply (lookups_fit _ _ (wei_ma_fits M K D B bits blank Sm SK SD SB SBb Sb st Hst)).
  - destruct (wei_ma_needs M K D B bits blank Sm SK SD SB SBb Sb st Hst) as (_ & N & _).
    eapply Rle_trans; [apply IZR_le, N, Hl|exact Hn].
Qed.

Lemma wei_ma_simulates_saturated domain limit O (exact : exact_on domain limit O) shares : saturated limit shares ->
  INR (R + 2 + T) <= limit -> IZR (6 * 2 ^ Z.of_nat bits * (Z.of_nat (K + D * bits) + 1)) <= limit ->
  IZR (8 * Z.of_nat (K + bits + 8)) <= limit -> wei_ma_simulates O shares blocks M K D B bits blank origin R T.
Proof.
  intros Hs Hn Hl Hr. apply (wei_ma_simulates_where domain limit O exact shares 0); try lra; auto.
  intros n st Hnt Hst. apply saturated_brings_all with limit; auto.
  - assert (IZR 2 <= IZR (8 * Z.of_nat (K + bits + 8))) by (apply IZR_le; lia). lra.
  - apply le_INR in Hnt. lra.
  - now apply stage_lookups.
Qed.

(** Hard attention: T decoding steps give the configuration after T machine steps. *)
Theorem wei_ma_hard : wei_ma_simulates real hard blocks M K D B bits blank origin R T.
Proof.
  set (limit := Rmax (INR (R + 2 + T)) (Rmax (IZR (6 * 2 ^ Z.of_nat bits * (Z.of_nat (K + D * bits) + 1)))
    (IZR (8 * Z.of_nat (K + bits + 8))))).
  apply (wei_ma_simulates_saturated (fun _ => True) limit real (real_exact limit) hard (hard_saturated limit)); unfold limit.
  - apply Rmax_l.
  - eapply Rle_trans; [apply Rmax_l|apply Rmax_r].
  - eapply Rle_trans; [apply Rmax_r|apply Rmax_r].
Qed.

(** Softmax over the real numbers, to the base 2^c: sharp enough is c = bits(N + 1) + 3 + bits(b), N = R + T. *)
Theorem wei_ma_softmax c : (8 * bits * (R + T + 1) <= 2 ^ c)%nat ->
  wei_ma_simulates real (softmax (INR c * ln 2)) blocks M K D B bits blank origin R T.
Proof.
  intros Hc. destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD).
  assert (Hbits : (1 <= bits)%nat) by (destruct bits; [cbn in *; lia|lia]).
  assert (L2 : 0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (E : exp (- (INR c * ln 2)) = / INR (2 ^ c)).
  { rewrite exp_Ropp. f_equal. rewrite pow_INR. change (INR 2) with 2.
    rewrite <- (exp_ln (2 ^ c)) by (apply pow_lt; lra). f_equal. clear. induction c as [|c IH]; [cbn; rewrite ln_1; ring|].
    rewrite S_INR. cbn [pow]. rewrite ln_mult by (try apply pow_lt; lra). rewrite <- IH. ring. }
  assert (P : 0 < INR (2 ^ c)) by (apply lt_0_INR, Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
  apply le_INR in Hc. rewrite !mult_INR in Hc. change (INR 8) with 8 in Hc || (replace (INR 8) with 8 in Hc by (cbn; lra)).
  set (g := / INR (2 ^ c)) in *. assert (G : 0 < g) by (apply Rinv_0_lt_compat; exact P).
  assert (GP : g * INR (2 ^ c) = 1) by (apply Rinv_l; lra).
  assert (B1 : 1 <= INR bits) by (change 1 with (INR 1); now apply le_INR).
  set (eps := 2 * INR (R + T + 1) * g).
  assert (He : eps * INR bits <= 1 / 4).
  { unfold eps. pose proof (pos_INR (R + T + 1)). nra. }
  assert (Hp : 0 <= eps) by (unfold eps; pose proof (pos_INR (R + T + 1)); nra).
  apply (wei_ma_simulates_where (fun _ => True) _ real (real_exact (IZR (8 * Z.of_nat (K + bits + 8)))) _ eps); auto.
  - split; [exact Hp|nra].
  - lra.
  - intros n st Hnt Hst.
    assert (Hn : INR (n - 1) <= INR (R + T + 1)) by (apply le_INR; lia). pose proof (pos_INR (n - 1)).
    assert (Hl := proj1 (wei_ma_needs M K D B bits blank Sm SK SD SB SBb Sb st Hst)).
    apply heads_bring_more with (INR (length (lookups st)) * (2 * INR (n - 1) * g)).
    + assert (L1 : INR (length (lookups st)) <= 1) by (change 1 with (INR 1); now apply le_INR).
      pose proof (pos_INR (length (lookups st))). unfold eps.
      apply Rle_trans with (1 * (2 * INR (n - 1) * g)); [apply Rmult_le_compat_r; nra|nra].
    + apply graded_brings; [lra| |unfold eps in He; nra|].
      * rewrite <- E. apply softmax_graded. apply Rmult_le_pos; [apply pos_INR|lra].
      * intros l H0. now apply (lookups_fit _ _ (wei_ma_fits M K D B bits blank Sm SK SD SB SBb Sb st Hst)).
Qed.

(** Floats of p digits, in any order of summation, where the device's exponential is 1 at 0 and 0 from - 2^e on. *)
Theorem wei_ma_floats p least order device_exp e : (8 <= p)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z ->
  exp_facts device_exp (bpow radix2 e) ->
  (Z.of_nat (R + 2 + T) <= 2 ^ (p - 2))%Z -> (6 * 2 ^ Z.of_nat bits * (Z.of_nat (K + D * bits) + 1) <= 2 ^ (p - 2))%Z ->
  (8 * Z.of_nat (K + bits + 8) <= 2 ^ (p - 2))%Z ->
  wei_ma_simulates (float p least order) (float_softmax p least device_exp (bpow radix2 e))
    blocks M K D B bits blank origin R T.
Proof.
  intros Hp Hl Ho He Facts H1 H2 H3.
  apply (wei_ma_simulates_saturated halves (bpow radix2 (p - 2))).
  - now apply float_exact.
  - now apply float_softmax_saturated.
  - rewrite INR_IZR_INZ, <- IZR_Zpower by lia. now apply IZR_le.
  - rewrite <- IZR_Zpower by lia. now apply IZR_le.
  - rewrite <- IZR_Zpower by lia. now apply IZR_le.
Qed.
End WeiMaTheorems.
