(** Cellular and wei_ma simulate their machines: where shares are saturated, and where they are graded. What it comes to
    in each arithmetic is stated in [Theorems]. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Flocq Require Import Core.
From Tmformer Require Import Machine Transformer Numbers Program Cellular WeiMa Decoding.
From Tmformer Require Import Symbolic Arithmetic Normalisers Scores Attention Tables Blocks Instances File.
From Tmformer Require Import CellularSteps CellularNetwork CellularSharp WeiMaRows
  WeiMaRegisters WeiMaMove WeiMaNetwork.
Import ListNotations.
Local Open Scope R_scope.

(** * Cellular: blocks are machine steps *)
Section CellularCorrect.
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

Lemma cellular_simulates_saturated domain limit scores O (exact : exact_on domain limit O) shares : saturated scores shares
  ->
  48 <= limit -> scores <= limit -> IZR (2 * (Z.of_nat digits + 1)) <= scores ->
  cellular_simulates O shares blocks M digits width origin.
Proof.
  intros Hs Hl HS Hd. destruct sized as (Sm & Sd & Sw & So).
  apply (cellular_simulates_where domain limit O exact shares 0); try lra.
  apply saturated_brings with limit scores; auto; [lra| |].
  - intros l Hin. split.
    + apply (lookups_fit _ _ (cellular_fits M digits Sm Sd (the_stage M) (or_introl eq_refl))), Hin.
    + cbn [the_stage lookups] in Hin. apply in_map_iff in Hin as (m & <- & _).
      eapply Rle_trans; [apply IZR_le|exact Hd].
      unfold lookup_need, unit_of, prefer_digits, digits_of. cbn [fetch prefer matches idle map list_sum fold_right length
        snd].
      unfold size. rewrite (proj1 (proj2 (code_type M digits))). cbn [Program.width]. change (2 ^ Z.of_nat 0)%Z with 1%Z.
      lia.
  - intros l s i v Hin Hord Hok Hfit Hi Hv. apply Rle_trans with 1; [|lra]. apply IZR_le.
    apply (one_winner regs (width + 1) l s i v); auto.
    + apply (lookups_fit _ _ (cellular_fits M digits Sm Sd (the_stage M) (or_introl eq_refl))), Hin.
    + cbn [the_stage lookups] in Hin. apply in_map_iff in Hin as (m & <- & _). intros j j' Hj Hj' Hh Hh'.
      destruct (Hh _ _ (or_introl eq_refl)) as (a & Ea & Ka). destruct (Hh' _ _ (or_introl eq_refl)) as (a' & Ea' & Ka').
      assert (Null : forall k b, s k (own_cell M) = Some b -> k <> 0%nat).
      { intros k b E ->. destruct (null_row _ _ _ _ Hok) as (_ & N & _). rewrite (N _ _ (or_introl eq_refl)) in E.
        discriminate. }
      pose proof (Null j a Ka). pose proof (Null j' a' Ka').
      apply (distinct M digits (width + 1) Sd Sw s j j' Hord); try lia. congruence.
Qed.

Lemma cellular_in_hard_attention : cellular_simulates real hard blocks M digits width origin.
Proof.
  set (limit := Rmax 48 (IZR (2 * (Z.of_nat digits + 1)))).
  apply (cellular_simulates_saturated (fun _ => True) limit limit real (real_exact limit) hard (hard_saturated limit));
    unfold limit; [apply Rmax_l|lra|apply Rmax_r].
Qed.

Lemma sharp_enough c : cellular_sharp digits c = true -> (1 + / 4 ^ c) ^ digits + / 2 ^ c <= 4 / 3.
Proof.
  unfold cellular_sharp. rewrite Z.leb_le. intros H. apply IZR_le in H. revert H.
  rewrite !mult_IZR, plus_IZR, !mult_IZR, <- !pow_IZR, plus_IZR, !mult_IZR, <- !pow_IZR.
  replace (2 ^ c * 2 ^ c) with (4 ^ c) by (rewrite <- Rpow_mult_distr; f_equal; lra).
  assert (P : 0 < 2 ^ c) by (apply pow_lt; lra). assert (Q : 0 < 4 ^ c) by (apply pow_lt; lra).
  assert (W : 0 < (4 ^ c) ^ digits) by now apply pow_lt.
  replace (1 + / 4 ^ c) with ((4 ^ c + 1) * / 4 ^ c) by (field; lra).
  rewrite Rpow_mult_distr, pow_inv. set (w := (4 ^ c) ^ digits) in *. set (v := (4 ^ c + 1) ^ digits). set (b := 2 ^ c) in *.
  intros H. apply Rmult_le_reg_r with (3 * w * b); [nra|].
  replace ((v * / w + / b) * (3 * w * b)) with (3 * (v * b + w)) by (field; lra). lra.
Qed.

Lemma cellular_in_softmax c : cellular_sharp digits c = true ->
  cellular_simulates real (softmax (INR c * ln 2)) blocks M digits width origin.
Proof.
  intros Hc. apply sharp_enough in Hc. destruct sized as (Sm & Sd & Sw & So).
  apply (cellular_simulates_where (fun _ => True) 48 real (real_exact 48) _ (1 / 4)); try lra.
  rewrite INR_IZR_INZ. now apply cellular_brings_sharply.
Qed.

Lemma cellular_in_floats p least most overflow order device_exp e :
  (8 <= p <= most)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z -> exp_facts device_exp (bpow radix2 e) ->
  (2 * (Z.of_nat digits + 1) <= 2 ^ (p - 1))%Z -> (4 * (Z.of_nat digits + 1) * 2 ^ e < 2 ^ most)%Z ->
  cellular_simulates (float p least most overflow order) (float_softmax p least most overflow device_exp (bpow radix2 e))
    blocks M digits width origin.
Proof.
  intros Hp Hl Ho He Facts Hd Hm.
  assert (S : IZR (2 * (Z.of_nat digits + 1)) <= bpow radix2 (p - 1)).
  { rewrite <- IZR_Zpower by lia. now apply IZR_le. }
  apply (cellular_simulates_saturated halves (bpow radix2 (p - 1)) (IZR (2 * (Z.of_nat digits + 1)))); try lra.
  - apply float_exact; auto; lia.
  - apply float_softmax_saturated; auto; try lia. rewrite <- !IZR_Zpower, <- !mult_IZR by lia. apply IZR_lt.
    cbn [radix_val radix2]. lia.
  - pose proof (B_large p ltac:(lia)). lra.
Qed.
End CellularCorrect.

(** * Wei-Ma: decoding steps are machine steps *)
Section WeiMaCorrect.
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
  (forall n st, (n <= R + 2 + T)%nat -> In st stages -> heads_bring regs domain O shares n eps (fun _ => True) (lookups st))
    ->
  wei_ma_simulates O shares blocks M K D B bits blank origin R T /\
  wei_ma_retrieves O shares blocks M K D B bits blank origin R T.
Proof.
  intros He Hb Hl Hbring. destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD). split.
  - intros start t Hc Ht Hh Hz.
    apply (wei_ma_correct M K D B bits blank) with (T := T) (domain := domain) (limit := limit) (eps := eps); auto.
    + apply wei_ma_small; auto. lra.
    + apply check_sound. exact checked.
  - intros start t t' i Hc Ht Hh Hz x z.
    apply (latest_found M K D B bits blank) with (T := T) (domain := domain) (limit := limit) (eps := eps); auto.
    + apply wei_ma_small; auto. lra.
    + apply check_sound. exact checked.
Qed.

Notation wei_ma_scores := (wei_ma_scores K D bits).

Lemma stage_lookups scores st : IZR wei_ma_scores <= scores -> In st stages -> lookups_small regs scores (lookups st).
Proof.
  intros Hn Hst l Hl. destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD).
  split.
  - now apply (lookups_fit _ _ (wei_ma_fits M K D B bits blank Sm SK SD SB SBb Sb st Hst)).
  - destruct (wei_ma_needs M K D B bits blank Sm SK SD SB SBb Sb st Hst) as (_ & N & _).
    eapply Rle_trans; [apply IZR_le, N, Hl|exact Hn].
Qed.

Lemma wei_ma_simulates_saturated domain limit scores O (exact : exact_on domain limit O) shares : saturated scores shares ->
  INR (R + 2 + T) <= limit -> scores <= limit -> IZR wei_ma_scores <= scores ->
  IZR (8 * Z.of_nat (K + bits + 8)) <= limit ->
  wei_ma_simulates O shares blocks M K D B bits blank origin R T /\
  wei_ma_retrieves O shares blocks M K D B bits blank origin R T.
Proof.
  intros Hs Hn HS Hl Hr. apply (wei_ma_simulates_where domain limit O exact shares 0); try lra; auto.
  intros n st Hnt Hst. apply saturated_brings_all with limit scores; auto.
  - assert (IZR 2 <= IZR (8 * Z.of_nat (K + bits + 8))) by (apply IZR_le; lia). lra.
  - apply le_INR in Hnt. lra.
  - now apply stage_lookups.
Qed.

Lemma wei_ma_in_hard_attention : wei_ma_simulates real hard blocks M K D B bits blank origin R T /\
  wei_ma_retrieves real hard blocks M K D B bits blank origin R T.
Proof.
  set (limit := Rmax (INR (R + 2 + T)) (Rmax (IZR wei_ma_scores) (IZR (8 * Z.of_nat (K + bits + 8))))).
  apply (wei_ma_simulates_saturated (fun _ => True) limit limit real (real_exact limit) hard (hard_saturated limit));
    unfold limit.
  - apply Rmax_l.
  - lra.
  - eapply Rle_trans; [apply Rmax_l|apply Rmax_r].
  - eapply Rle_trans; [apply Rmax_r|apply Rmax_r].
Qed.

Lemma wei_ma_in_softmax c : wei_ma_sharp bits R T c = true ->
  wei_ma_simulates real (softmax (INR c * ln 2)) blocks M K D B bits blank origin R T.
Proof.
  intros Hc. destruct sized as (Sm & S1 & Sb & SK & SD & (SB & SBb) & SRK & SRD).
  assert (Hn : (8 * bits * (R + T + 1) <= 2 ^ c)%nat).
  { unfold wei_ma_sharp in Hc. apply Z.leb_le in Hc. rewrite (Nat2Z.inj_le _ (2 ^ c)), Nat2Z.inj_pow, !Nat2Z.inj_mul.
    exact Hc. }
  clear Hc. rename Hn into Hc.
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
  apply (fun H1 H2 H3 H4 => proj1 (wei_ma_simulates_where (fun _ => True) _ real (real_exact (IZR (8 * Z.of_nat (K + bits +
    8)))) _ eps H1 H2 H3 H4)); auto.
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

Lemma wei_ma_in_floats p least most overflow order device_exp e :
  (8 <= p <= most)%Z -> (least <= -1)%Z -> is_order order -> (0 <= e)%Z -> exp_facts device_exp (bpow radix2 e) ->
  (Z.of_nat (R + 2 + T) <= 2 ^ (p - 1))%Z -> (8 * Z.of_nat (K + bits + 8) <= 2 ^ (p - 1))%Z ->
  (wei_ma_scores <= 2 ^ (p - 1))%Z -> (2 * wei_ma_scores * 2 ^ e < 2 ^ most)%Z ->
  let O := float p least most overflow order in
  let shares := float_softmax p least most overflow device_exp (bpow radix2 e) in
  wei_ma_simulates O shares blocks M K D B bits blank origin R T /\
  wei_ma_retrieves O shares blocks M K D B bits blank origin R T.
Proof.
  intros Hp Hl Ho He Facts Hn Hr Hd Hm O shares.
  assert (S : IZR wei_ma_scores <= bpow radix2 (p - 1)) by (rewrite <- IZR_Zpower by lia; now apply IZR_le).
  apply (wei_ma_simulates_saturated halves (bpow radix2 (p - 1)) (IZR wei_ma_scores)); try lra.
  - apply float_exact; auto; lia.
  - apply float_softmax_saturated; auto; try lia. rewrite <- !IZR_Zpower, <- !mult_IZR by lia. apply IZR_lt. exact Hm.
  - rewrite INR_IZR_INZ, <- IZR_Zpower by lia. now apply IZR_le.
  - rewrite <- IZR_Zpower by lia. now apply IZR_le.
Qed.
End WeiMaCorrect.
