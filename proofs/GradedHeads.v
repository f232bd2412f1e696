(** The cellular construction's attention heads in floats, not saturated: softmax to the base 2^c, whose shares are off
    by a factor of 1 + eps and by [tiny] at most. Two heads bring nothing, exactly; the third brings, of the state that
    its lookup finds, between 3/4 and 1, and of what it does not find 1/4 at most. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Flocq Require Import Core.
From Tmformer Require Import Machine Transformer Numbers Program Cellular Symbolic Layout Arithmetic Sums Normalisers Scores
  Attention Blocks CellularSteps CellularSharp GradedSums.
Import ListNotations.
Local Open Scope R_scope.

(** The shares of seen rows whose scores are whole numbers up to [S] are numbers of the format: 1 for the largest score,
    and for one that is smaller by [gap] at most 2^-(c gap), up to rounding. *)
Definition graded_shares (p least : Z) (S : R) (c : nat) (eps tiny : R)
  (shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R) : Prop :=
  forall n sees z score, (forall j, (j < n)%nat -> score j = IZR (z j)) -> (forall j,
    (j < n)%nat -> Rabs (IZR (z j)) <= S) ->
  forall w, (w < n)%nat -> wins n sees z w = true -> forall j, (j < n)%nat ->
    (sees j = false -> shares n sees score j = 0) /\
    (wins n sees z j = true -> shares n sees score j = 1) /\
    (sees j = true -> 0 <= shares n sees score j <= / 2 ^ (c * Z.to_nat (z w - z j)) * (1 + eps) + tiny /\
      generic_format radix2 (FLT_exp least p) (shares n sees score j)).

(** How sharp attention must be, for [digits] of codes and [n] rows. *)
Definition sharp_in_floats (p : Z) (digits n c : nat) (eps tiny : R) : Prop :=
  0 <= eps /\ 0 <= tiny /\ / 2 ^ c * (1 + eps) + tiny <= 1 / 4 /\
  (1 + bpow radix2 (- p)) ^ n * (1 + ((1 + / 4 ^ c) ^ digits - 1 + / 2 ^ c) * (1 + eps) + INR n * tiny) <= 4 / 3.

Section Heads.
Variables p least most : Z.
Variable overflow : R -> R.
Variable order : nat -> tree.
Hypothesis precise : (8 <= p)%Z.
Hypothesis small_numbers : (least <= 2 - p)%Z.
Hypothesis has_range : (p <= most)%Z.
Hypothesis ordered : is_order order.
Local Instance precision_positive : Prec_gt_0 p. Proof. unfold Prec_gt_0; lia. Qed.
Notation O := (float p least most overflow order).
Notation format := (generic_format radix2 (FLT_exp least p)).
Notation rounded := (rounded p least most overflow).
Notation range := (bpow radix2 most).

Variable M : machine.
Variables digits n : nat.
Notation rs := (registers M digits).
Notation k := digits.
Hypothesis some_digits : (1 <= digits)%nat.
Hypothesis enough_digits : (n <= 2 ^ digits)%nat.
Hypothesis few_digits : (2 * (Z.of_nat digits + 1) <= 2 ^ (p - 1))%Z.

Variable c : nat.
Variables eps tiny : R.
Hypothesis sharp : sharp_in_floats p digits n c eps tiny.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R.
Hypothesis graded : graded_shares p least (IZR (2 * (Z.of_nat digits + 1))) c eps tiny shares.
Notation u := (bpow radix2 (- p)).

Lemma floats_exact : exact_on halves (bpow radix2 (p - 1)) O.
Proof. apply float_exact; auto; lia. Qed.

(** Rows are few enough to be counted. *)
Lemma rows_counted : INR n <= bpow radix2 p /\ INR n < range.
Proof.
  destruct sharp as (E & T & _ & S). set (A := 1 + _ + _) in S.
  assert (Q : 1 <= (1 + / 4 ^ c) ^ k) by (apply pow_R1_Rle; pose proof (Rinv_0_lt_compat (4 ^ c) (pow_lt 4 c ltac:(lra)));
    lra).
  assert (P2 : 0 < / 2 ^ c) by (apply Rinv_0_lt_compat, pow_lt; lra).
  assert (HA : 1 <= A).
  { unfold A. assert (0 <= ((1 + / 4 ^ c) ^ k - 1 + / 2 ^ c) * (1 + eps)) by (apply Rmult_le_pos; lra).
    pose proof (Rmult_le_pos _ _ (pos_INR n) T). lra. }
  assert (U : 0 < u) by apply bpow_gt_0. pose proof (poly n u U) as P.
  assert (N : INR n * u <= 1 / 3).
  { assert (1 * (1 + INR n * u) <= A * (1 + u) ^ n); [|lra].
    apply Rmult_le_compat; try lra. pose proof (Rmult_le_pos _ _ (pos_INR n) (Rlt_le _ _ U)). lra. }
  assert (E1 : u * bpow radix2 p = 1) by (rewrite <- bpow_plus, Z.add_opp_diag_l; reflexivity).
  assert (Pp : 0 < bpow radix2 p) by apply bpow_gt_0.
  assert (L : INR n <= 1 / 3 * bpow radix2 p).
  { replace (INR n) with (INR n * u * bpow radix2 p) by (rewrite Rmult_assoc, E1; ring). apply Rmult_le_compat_r; lra. }
  assert (bpow radix2 p <= range) by (apply bpow_le; lia). split; lra.
Qed.

(** * One attention head *)
Section Head.
Variable m : move.
Local Notation l := (fetch M (asked M m) m).
Variables (s : stream) (x : nat -> nat -> R) (i : nat).
Hypothesis ok : lookup_ok rs l n s.
Hypothesis fits_rows : forall i, (i < n)%nat -> row_fits rs (s i).
Hypothesis Hx : encodes rs n s x.
Hypothesis Hs : orderly M k n s.
Hypothesis Hi : (i < n)%nat.
Local Notation fit := (fetch_fits M k some_digits m).
Local Notation z := (zscore rs l s i).
Local Notation sees := (seen rs l i).

Definition share (j : nat) : R := own_shares rs l n x O shares i j.
Definition reading (q j : nat) : R := IZR (coordinate (OneHot (states M)) (s j (message M m)) q).
Local Notation head q := (attend O shares (d_model rs) (lower_lookup rs l) n x i q).

Lemma need_fits : IZR (lookup_need rs l) <= IZR (2 * (Z.of_nat digits + 1)) /\ IZR (2 * (Z.of_nat digits + 1)) <= bpow
  radix2 (p - 1).
Proof.
  split; [|rewrite <- IZR_Zpower by lia; now apply IZR_le]. apply IZR_le.
  unfold lookup_need. rewrite one_unit. rewrite (digits_are M k n some_digits enough_digits m i Hi).
  cbn [fetch idle length]. lia.
Qed.
Lemma limit_2 : 2 <= bpow radix2 (p - 1).
Proof. pose proof (B_large p precise). lra. Qed.

Lemma all_seen j : sees j = true.
Proof. reflexivity. Qed.

(** What shares are. *)
Lemma shares_are : exists w, (w < n)%nat /\ wins n sees z w = true /\ forall j, (j < n)%nat ->
  (wins n sees z j = true -> share j = 1) /\ 0 <= share j <= / 2 ^ (c * Z.to_nat (z w - z j)) * (1 + eps) + tiny /\ format
    (share j).
Proof.
  destruct (winner n sees z i Hi eq_refl) as (w & Hw & Ww & _). exists w. split; [exact Hw|]. split; [exact Ww|].
  intros j Hj. destruct need_fits as [N1 N2].
  assert (G := graded n sees z (once O n (fun j =>
    sum O (length (query (lower_lookup rs l))) (fun b => mul O (project O (d_model rs) n (query (lower_lookup rs l)) x i b)
      (project O (d_model rs) n (key (lower_lookup rs l)) x j b))))).
  destruct (fun A B => G A B w Hw Ww j Hj) as (_ & G1 & G2).
  - intros j' Hj'. apply (scores_are rs l fit n s ok x Hx _ _ O floats_exact); auto; [lra|apply limit_2].
  - intros j' Hj'. apply (scores_fit rs l fit n s ok); auto.
  - split; [exact G1|]. apply G2. reflexivity.
Qed.

Lemma inverse_powers a b : (a <= b)%nat -> / 2 ^ b <= / 2 ^ a.
Proof. intros H. apply Rinv_le_contravar; [apply pow_lt; lra|]. apply Rle_pow; [lra|exact H]. Qed.

(** Who does not win has 1/4 at most. *)
Lemma small_share j : (j < n)%nat -> wins n sees z j = false -> share j <= 1 / 4.
Proof.
  intros Hj L. destruct shares_are as (w & Hw & Ww & F). destruct (F j Hj) as (_ & B & _).
  destruct sharp as (E & T & Q & _). apply Rle_trans with (/ 2 ^ c * (1 + eps) + tiny); [|exact Q].
  eapply Rle_trans; [apply B|]. apply Rplus_le_compat_r, Rmult_le_compat_r; [lra|]. apply inverse_powers.
  assert (z j < z w)%Z.
  { apply wins_spec in Ww as [_ Lw]. specialize (Lw j Hj (all_seen j)) as Lj.
    destruct (Z.eq_dec (z j) (z w)) as [E'|]; [|lia]. exfalso. assert (wins n sees z j = true); [|congruence].
    apply wins_spec. split; [reflexivity|]. intros i' Hi' Si'. rewrite E'. now apply Lw. }
  assert (1 <= Z.to_nat (z w - z j))%nat by lia. nia.
Qed.

Lemma share_range j : (j < n)%nat -> 0 <= share j <= 1 /\ format (share j).
Proof.
  intros Hj. destruct shares_are as (w & Hw & Ww & F). destruct (F j Hj) as (W & B & N). split; [|exact N].
  split; [apply B|]. destruct (wins n sees z j) eqn:E; [rewrite W; lra|]. pose proof (small_share j Hj E). lra.
Qed.

(** What they are divided by. *)
Local Notation total := (sum O n share).
Lemma total_is : 1 <= total <= (1 + u) ^ n * rsum n share /\ total < range /\ format total.
Proof.
  destruct shares_are as (w & Hw & Ww & F). destruct rows_counted.
  apply (sum_of_shares p least most overflow precise small_numbers order ordered n share w); auto.
  - now apply (F w Hw).
  - apply share_range.
Qed.

(** The row that is found has the share 1, and receives 3/4 at least. *)
Lemma total_of_hit q : (q < n)%nat -> hit l s i q -> share q = 1 /\ total <= 4 / 3.
Proof.
  intros Hq Hh. destruct (Hh _ _ (or_introl eq_refl)) as (a & Ea & Eo).
  destruct q as [|q]; [now destruct (null_no_hit rs l fit n s ok i)|].
  rewrite (own_code M k n some_digits enough_digits) in Eo by assumption. injection Eo as <-.
  destruct (CellularSharp.flags M k n m s i ok Hi) as (_ & _ & _ & Idle).
  assert (Pi : (1 <= i)%nat).
  { destruct (Nat.eq_dec i 0) as [I0|]; [|lia]. specialize (Idle I0).
    destruct (asks_or_idle _ _ _ _ ok i Hi) as [(A & _)|(_ & _ & Q)].
    - cbn [fetch asks] in A. congruence.
    - now rewrite (Q (asked M m) (own_cell M)) in Ea by now left. }
  destruct (CellularSharp.scores M k n some_digits enough_digits m s i ok fits_rows Hs Hi q Pi Ea) as [Z0 Zj].
  assert (Self : differ k q q = 0%nat).
  { clear. induction digits as [|d IH]; cbn [differ]; [reflexivity|]. now rewrite IH, Bool.eqb_reflx. }
  assert (Zq : z (S q) = Z.of_nat k) by (rewrite Zj, Self by exact Hq; lia).
  assert (Most : forall j, (j < n)%nat -> (z j <= Z.of_nat k)%Z).
  { intros [|j] Hj; [rewrite Z0; lia|rewrite Zj by exact Hj; lia]. }
  assert (Wq : wins n sees z (S q) = true) by (apply wins_spec; split; [reflexivity|]; intros; rewrite Zq; auto).
  destruct shares_are as (w & Hw & Ww & F). split; [now apply (F (S q) Hq)|].
  assert (Zw : z w = Z.of_nat k).
  { apply wins_spec in Ww as [_ Lw]. specialize (Lw (S q) Hq (all_seen _)). specialize (Most w Hw). lia. }
  destruct total_is as ([_ T] & _). eapply Rle_trans; [exact T|]. destruct sharp as (E & Ti & _ & Sh).
  eapply Rle_trans; [|exact Sh]. apply Rmult_le_compat_l.
  { apply pow_le. pose proof (bpow_ge_0 radix2 (- p)). lra. }
  assert (S0 : share 0 <= / 2 ^ c * (1 + eps) + tiny).
  { destruct (F 0%nat ltac:(lia)) as (_ & B & _). rewrite Zw, Z0 in B. eapply Rle_trans; [apply B|].
    replace (Z.to_nat (Z.of_nat k - (Z.of_nat k - 1))) with 1%nat by lia. rewrite Nat.mul_1_r. lra. }
  assert (Sj : forall j, (S j < n)%nat ->
    share (S j) <= (/ 4 ^ c) ^ differ k q j * (1 + eps) + tiny - (if (j =? q)%nat then eps + tiny else 0)).
  { intros j Hj. destruct (F (S j) Hj) as (W & B & _). destruct (Nat.eqb_spec j q) as [->|].
    - rewrite Self, pow_O, W by exact Wq. lra.
    - eapply Rle_trans; [apply B|]. rewrite Zw, Zj by exact Hj.
      replace (Z.to_nat (Z.of_nat k - (Z.of_nat k - 2 * Z.of_nat (differ k q j)))) with (2 * differ k q j)%nat by lia.
      replace (/ 2 ^ (c * (2 * differ k q j))) with ((/ 4 ^ c) ^ differ k q j); [lra|].
      rewrite pow_inv, <- pow_mult. f_equal. replace 4 with (2 ^ 2) by (cbn; lra). rewrite <- pow_mult. f_equal. lia. }
  assert (Y : 0 <= / 4 ^ c) by (left; apply Rinv_0_lt_compat, pow_lt; lra).
  replace (rsum n share) with (rsum (S (n - 1)) share) by (f_equal; lia). rewrite rsum_first.
  assert (L : rsum (n - 1) (fun j => (/ 4 ^ c) ^ differ k q j) <= (1 + / 4 ^ c) ^ k).
  { rewrite <- (all_codes _ k q). apply rsum_longer; [lia|]. intros. now apply pow_le. }
  assert (T1 : rsum (n - 1) (fun j => share (S j)) <=
    (1 + eps) * rsum (n - 1) (fun j => (/ 4 ^ c) ^ differ k q j) + INR (n - 1) * tiny - (eps + tiny)).
  { apply Rle_trans with (rsum (n - 1) (fun j =>
      ((1 + eps) * (/ 4 ^ c) ^ differ k q j + tiny) + -1 * (if (j =? q)%nat then eps + tiny else 0))).
    - apply rsum_le. intros j Hj. specialize (Sj j ltac:(lia)). lra.
    - rewrite (rsum_plus _ _ (fun j => -1 * _)), rsum_plus, !rsum_scal, rsum_const.
      rewrite (rsum_single (n - 1) q (fun _ => eps + tiny)) by lia. lra. }
  assert (N : INR n = INR (n - 1) + 1) by (rewrite <- S_INR; f_equal; lia). rewrite N.
  set (A := rsum _ _) in *. set (C := (1 + / 4 ^ c) ^ k) in *.
  assert ((1 + eps) * rsum (n - 1) (fun j => (/ 4 ^ c) ^ differ k q j) <= (1 + eps) * C) by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

(** What is not found receives at most 1/4. *)
Lemma share_of_miss q : (1 <= q < n)%nat -> ~ hit l s i q -> share q <= 1 / 4.
Proof.
  intros Hq Hh. assert (L : (z q <= z 0%nat - 1)%Z).
  { destruct (CellularSharp.flags M k n m s i ok Hi) as (_ & _ & Asks & Idle). destruct (Nat.eq_dec i 0) as [E|E].
    - rewrite !(score_idle rs l fit n s ok) by (lia || exact (Idle E)). destruct (Nat.eqb_spec q 0); [lia|].
      cbn [Nat.eqb]. rewrite one_unit, (digits_are M k n some_digits enough_digits m i Hi). lia.
    - specialize (Asks ltac:(lia)).
      destruct (score_cases rs l fit n s ok fits_rows i 0 Hi ltac:(lia) Asks) as [(_ & ->)|[(H & _)|(H & _)]]; [|lia..].
      destruct (score_cases rs l fit n s ok fits_rows i q Hi ltac:(lia) Asks) as [(H & _)|[(_ & H & _)|(_ & _ & H)]];
        [lia|easy|exact H]. }
  apply small_share; [lia|]. destruct (wins n sees z q) eqn:W; [|reflexivity].
  apply wins_spec in W as [_ W]. specialize (W 0%nat ltac:(lia) (all_seen 0)). lia.
Qed.

Lemma reading_01 q j : reading q j = 0 \/ reading q j = 1.
Proof. unfold reading. destruct (s j _); cbn; [destruct (_ =? _)%nat|]; auto. Qed.

Lemma share_times q j : (j < n)%nat -> rounded (share j * reading q j) = share j * reading q j.
Proof.
  intros Hj. destruct (share_range j Hj) as [B F]. pose proof (range_large p most precise has_range).
  assert (A : Rabs (share j) < range) by (rewrite Rabs_right; lra).
  destruct (reading_01 q j) as [-> | ->]; rewrite ?Rmult_0_r, ?Rmult_1_r; apply rounded_format; auto.
  - apply generic_format_0.
  - rewrite Rabs_R0. lra.
Qed.

Lemma head_is q : (q < states M)%nat -> head q = rounded (sum O n (fun j => share j * reading q j) / total).
Proof.
  intros Hq. destruct need_fits as [N1 N2].
  assert (T : type_of rs (answer l) = OneHot (states M)) by apply message_type.
  assert (Hc : (q < size rs (answer l))%nat) by (unfold size; now rewrite T).
  rewrite (attend_at rs l fit n s x Hx _ _ O floats_exact limit_2) by (auto; now rewrite length_value).
  cbn [div float]. do 2 f_equal.
  apply (sum_same _ _ _ floats_exact). intros j Hj. rewrite <- share_times by exact Hj. cbn [mul float]. unfold share.
  do 2 f_equal.
  unfold reading. f_equal. rewrite <- T.
  destruct j as [|j]; [|now apply (value_other rs l fit n s ok); [lia|]].
  rewrite (value_null rs l fit n s ok) by exact Hc. reflexivity.
Qed.

Variable v : option nat.
Hypothesis Hv : finds l s n i v.

(** Where no row holds a message of this move, the head brings nothing, and nothing is found. *)
Lemma head_silent q : (forall j, (j < n)%nat -> s j (message M m) = None) -> (q < states M)%nat -> head q = 0 /\ v = None.
Proof.
  intros Silent Hq. split.
  - assert (Zero : forall j, (j < n)%nat -> share j * reading q j = 0).
    { intros j Hj. unfold reading. rewrite Silent by exact Hj. cbn. ring. }
    rewrite head_is, (sum_same _ _ _ floats_exact _ _ (fun _ => 0)) by assumption.
    pose proof (range_large p most precise has_range).
    rewrite (sum_alone p least most overflow precise order ordered n _ 0); auto.
    + rewrite rsum_zero. unfold Rdiv. rewrite Rmult_0_l. apply rounded_format; auto;
        [apply generic_format_0|rewrite Rabs_R0; lra].
    + apply generic_format_0.
    + rewrite Rabs_R0. lra.
    + rewrite rsum_const, Rabs_R0. lra.
  - destruct Hv as [(_ & j & Hj & _ & _ & <- & _)|(_ & ->)]; [now apply Silent|]. unfold by_default.
    cbn [fetch default answer]. apply Silent. lia.
Qed.

(** Where one does, it brings at least 3/4 of what is found, at most 1/4 of what is not. *)
Lemma head_near q0 q : (q0 < n)%nat -> s q0 (message M m) <> None -> (q < states M)%nat ->
  format (head q) /\ 0 <= head q <= 1 /\ Rabs (head q - IZR (coordinate (OneHot (states M)) v q)) <= 1 / 4.
Proof.
  intros Hp Hm Hq. set (e := q0) in *.
  assert (Only : forall j, (j < n)%nat -> j <> e -> s j (message M m) = None).
  { intros j Hj N. destruct (s j (message M m)) eqn:E; [|reflexivity]. destruct N.
    apply (one_message _ _ _ _ Hs j m e m Hj Hp); [congruence|exact Hm]. }
  assert (Pp := not_in_row_0 _ _ _ _ Hs e m Hp Hm).
  destruct (share_range e Hp) as [S Fs]. pose proof (range_large p most precise has_range) as Rg.
  assert (Head : head q = rounded (share e * reading q e / total)).
  { rewrite head_is by exact Hq. do 2 f_equal. rewrite <- (rsum_single n e (fun j => share j * reading q j) Hp).
    assert (Q : forall j, (j < n)%nat -> share j * reading q j = (if (j =? e)%nat then share j * reading q j else 0)).
    { intros j Hj. destruct (Nat.eqb_spec j e) as [|N]; [reflexivity|]. unfold reading. rewrite (Only j Hj N). cbn. ring. }
    rewrite (sum_same _ _ _ floats_exact _ _ _ Q).
    apply (sum_alone p least most overflow precise order ordered n _ (share e * reading q e)).
    - destruct (reading_01 q e) as [-> | ->]; rewrite ?Rmult_0_r, ?Rmult_1_r; [apply generic_format_0|exact Fs].
    - destruct (reading_01 q e) as [-> | ->]; rewrite ?Rmult_0_r, ?Rmult_1_r, ?Rabs_R0; [lra|]. rewrite Rabs_right; lra.
    - intros j Hj. destruct (Nat.eqb_spec j e) as [->|]; auto.
    - rewrite (rsum_ext _ _ (fun j => if (j =? e)%nat then Rabs (share j * reading q j) else 0)).
      + rewrite (rsum_single n e (fun j => Rabs (share j * reading q j)) Hp). lra.
      + intros j Hj. destruct (j =? e)%nat; [reflexivity|apply Rabs_R0]. }
  destruct total_is as ([T1 _] & Tr & Ft).
  assert (Same : forall j, (j < n)%nat -> hit l s i j -> hit l s i e -> j = e).
  { intros j Hj H1 H2. destruct (H1 _ _ (or_introl eq_refl)) as (a & A1 & A2), (H2 _ _ (or_introl eq_refl)) as (b & B1 & B2).
    apply (distinct M k n some_digits enough_digits s); auto; [|congruence]. split; [|exact Hj]. destruct j; [|lia].
    now destruct (null_no_hit rs l fit n s ok i). }
  assert (V : hit l s i e /\ v = s e (message M m) \/ ~ hit l s i e /\ v = None).
  { assert (Zero : s 0%nat (message M m) = None) by (apply Only; lia).
    destruct Hv as [(_ & j & Hj & _ & Hh & <- & _)|(A & ->)]; cbn [fetch answer].
    - destruct (Nat.eq_dec j e) as [->|N]; [now left|]. right. split; [|now apply Only]. intros H. now apply N, Same.
    - right. split; [|exact Zero]. intros H. destruct A as [A|A].
      + destruct (asks_or_idle _ _ _ _ ok i Hi) as [(B & _)|(_ & _ & Q)]; [congruence|].
        destruct (H _ _ (or_introl eq_refl)) as (a & A1 & _). now rewrite (Q (asked M m) (own_cell M)) in A1 by now left.
      + apply (A e Hp); [discriminate|exact H]. }
  assert (Div : forall y a, a * total <= y -> a <= y / total).
  { intros y a H. apply Rmult_le_reg_r with total; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (Div' : forall y a, y <= a * total -> y / total <= a).
  { intros y a H. apply Rmult_le_reg_r with total; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (Between : forall a b, (Z.abs a <= 4)%Z -> (Z.abs b <= 4)%Z -> IZR a / 4 <= share e * reading q e / total <= IZR b
    / 4 ->
    IZR a / 4 <= head q <= IZR b / 4 /\ format (head q)).
  { intros a b Ha Hb H. rewrite Head. assert (Sm : forall a, (Z.abs a <= 4)%Z -> Rabs (IZR a / 4) < range).
    { clear - Rg. intros a Ha. unfold Rdiv. rewrite Rabs_mult, (Rabs_right (/ 4)), <- abs_IZR by lra. apply IZR_le in Ha.
      lra. }
    destruct (rounded_between p least most overflow precise (IZR a / 4) (IZR b / 4) (share e * reading q e / total)) as (B &
      _ & F);
      auto; apply format_quarters; auto; lia. }
  destruct V as [(Hh & ->)|(Hh & ->)].
  - destruct (total_of_hit e Hp Hh) as [S1 T2]. fold (reading q e). rewrite S1, Rmult_1_l in *.
    destruct (reading_01 q e) as [E|E]; rewrite E in *.
    + destruct (Between 0%Z 0%Z) as [B F]; try lia; [unfold Rdiv; lra|]. split; [exact F|]. split; [lra|apply Rabs_le; lra].
    + destruct (Between 3%Z 4%Z) as [B F]; try lia; [split; [apply Div|apply Div']; lra|].
      split; [exact F|]. split; [lra|apply Rabs_le; lra].
  - pose proof (share_of_miss e ltac:(lia) Hh) as Ms. rewrite coordinate_none.
    destruct (Between 0%Z 1%Z) as [B F]; try lia.
    { destruct (reading_01 q e) as [-> | ->]; split; (apply Div || apply Div'); lra. }
    split; [exact F|]. split; [lra|apply Rabs_le; lra].
Qed.
End Head.

(** * All three *)
Theorem heads_graded s x i : orderly M k n s -> (forall m, lookup_ok rs (fetch M (asked M m) m) n s) ->
  (forall i, (i < n)%nat -> row_fits rs (s i)) -> encodes rs n s x -> (i < n)%nat ->
  exists m0, forall m v q, finds (fetch M (asked M m) m) s n i v -> (q < states M)%nat ->
    let o := attend O shares (d_model rs) (lower_lookup rs (fetch M (asked M m) m)) n x i q in
    format o /\ 0 <= o <= 1 /\ Rabs (o - IZR (coordinate (OneHot (states M)) v q)) <= 1 / 4 /\
    (m <> m0 -> o = 0 /\ v = None).
Proof.
  intros Hs Ok Hf Hx Hi. destruct (one_carrier M k n some_digits enough_digits s Hs) as (m0 & Others & K). exists m0.
  intros m v q Fv Hq o.
  assert (Silent : (forall j, (j < n)%nat -> s j (message M m) = None) -> o = 0 /\ v = None).
  { intros H. exact (head_silent m s x i (Ok m) Hx Hi v Fv q H Hq). }
  assert (Quiet : o = 0 /\ v = None -> format o /\ 0 <= o <= 1 /\ Rabs (o - IZR (coordinate (OneHot (states M)) v q)) <= 1 /
    4).
  { intros [E ->]. rewrite E, coordinate_none, Rminus_eq_0, Rabs_R0. split; [apply generic_format_0|lra]. }
  assert (D : m = m0 \/ m <> m0) by (destruct m, m0; auto; now right).
  destruct D as [->|D].
  - destruct K as [K|(e & He & K)].
    + destruct (Quiet (Silent K)) as (? & ? & ?). repeat split; auto; lra || easy.
    + destruct (head_near m0 s x i (Ok m0) Hf Hx Hs Hi v Fv e q He K Hq) as (? & ? & ?). fold o in H, H0, H1.
      repeat split; auto; lra || easy.
  - destruct (Quiet (Silent (Others m D))) as (? & ? & ?). split; [assumption|]. split; [assumption|]. split; [assumption|].
    intros _. exact (Silent (Others m D)).
Qed.
End Heads.
