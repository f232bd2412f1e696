(** How sharp attention must be for the cellular construction: with softmax of base 2^c, in real arithmetic, its three
    heads bring what their lookups find, all together off by 1/4 at most, if (1 + 4^-c)^k + 2^-c <= 4/3, k the digits of
    codes. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Machine Transformer Numbers Program Cellular Symbolic Layout Arithmetic Sums Normalisers Scores
  Attention Blocks CellularSteps.
Import ListNotations.
Local Open Scope R_scope.

(** * Codes and the digits in which they differ *)
Fixpoint differ (k a b : nat) : nat :=
  match k with
  | O => O
  | S k => differ k a b + (if Bool.eqb (Nat.testbit a k) (Nat.testbit b k) then 0 else 1)
  end.

Lemma differ_low k a b b' : (forall t, (t < k)%nat -> Nat.testbit b t = Nat.testbit b' t) -> differ k a b = differ k a b'.
Proof. induction k as [|k IH]; intros H; cbn [differ]; [reflexivity|]. rewrite IH, H; auto with arith. Qed.

(** The digits of two codes multiplied, all together. *)
Lemma digits_differ w k a b :
  zsum k (fun t => coordinate (Code w) (Some a) t * coordinate (Code w) (Some b) t)%Z =
  (Z.of_nat k - 2 * Z.of_nat (differ k a b))%Z.
Proof.
  induction k as [|k IH]; [reflexivity|]. cbn [zsum differ]. rewrite IH. cbn [coordinate].
  destruct (Nat.testbit a k), (Nat.testbit b k); cbn [Bool.eqb]; lia.
Qed.

Lemma rsum_app n m f : rsum (n + m) f = rsum n f + rsum m (fun i => f (n + i)%nat).
Proof. induction m as [|m IH]; [rewrite Nat.add_0_r; cbn; ring|]. rewrite Nat.add_succ_r. cbn [rsum]. rewrite IH. ring. Qed.

Lemma rsum_longer n m f : (n <= m)%nat -> (forall i, (i < m)%nat -> 0 <= f i) -> rsum n f <= rsum m f.
Proof.
  intros H F. replace m with (n + (m - n))%nat by lia. rewrite rsum_app.
  enough (0 <= rsum (m - n) (fun i => f (n + i)%nat)) by lra. apply rsum_nonneg. intros i Hi. apply F. lia.
Qed.

(** All codes of [k] digits, each with as many factors as it has digits that differ. *)
Lemma all_codes y k a : rsum (2 ^ k) (fun b => y ^ differ k a b) = (1 + y) ^ k.
Proof.
  induction k as [|k IH]; [cbn; ring|]. pose proof (Nat.pow_nonzero 2 k ltac:(lia)) as P.
  assert (Low : forall i t, (i < 2 ^ k)%nat -> (t < k)%nat -> Nat.testbit (2 ^ k + i) t = Nat.testbit i t).
  { intros i t Hi Ht. rewrite <- (Nat.mod_pow2_bits_low (2 ^ k + i) k t Ht). f_equal.
    symmetry. apply (Nat.mod_unique _ _ 1); lia. }
  assert (Top : forall i, (i < 2 ^ k)%nat -> Nat.testbit i k = false /\ Nat.testbit (2 ^ k + i) k = true).
  { intros i Hi. rewrite !Nat.testbit_eqb, (Nat.div_small i) by exact Hi.
    rewrite <- (Nat.div_unique (2 ^ k + i) (2 ^ k) 1 i) by lia. split; reflexivity. }
  replace (2 ^ S k)%nat with (2 ^ k + 2 ^ k)%nat by (cbn [Nat.pow]; lia). rewrite rsum_app.
  rewrite (rsum_ext _ _ (fun b => (if Nat.testbit a k then y else 1) * y ^ differ k a b)).
  2:{ intros i Hi. cbn [differ]. rewrite (proj1 (Top i Hi)), pow_add. destruct (Nat.testbit a k); cbn; ring. }
  rewrite (rsum_ext (2 ^ k) (fun i => y ^ differ (S k) a (2 ^ k + i))
    (fun b => (if Nat.testbit a k then 1 else y) * y ^ differ k a b)).
  2:{ intros i Hi. cbn [differ]. rewrite (proj2 (Top i Hi)), pow_add.
      rewrite (differ_low k a (2 ^ k + i) i) by (intros; now apply Low). destruct (Nat.testbit a k); cbn; ring. }
  rewrite !rsum_scal, IH. destruct (Nat.testbit a k); cbn [pow]; ring.
Qed.

Section Sharp.
Variable M : machine.
Variables digits n : nat.         (** the digits of codes, and the rows: W + 1 *)
Local Notation rs := (registers M digits).
Local Notation k := digits.

(** Codes stand as in the prompt, and in all rows together there is one message at most, never in row 0. *)
Record orderly (s : stream) : Prop := {
  codes_stand : forall i m, (1 <= i < n)%nat -> s i (asked M m) = code k (Z.of_nat i - 1 - shift m);
  one_message : forall i m j m', (i < n)%nat -> (j < n)%nat ->
    s i (message M m) <> None -> s j (message M m') <> None -> i = j /\ m = m';
  not_in_row_0 : forall i m, (i < n)%nat -> s i (message M m) <> None -> (1 <= i)%nat
}.

Lemma asked_kind m : kind M (asked M m).
Proof. destruct m; constructor. Qed.

(** The registers of codes are others than those that are written. *)
Lemma asked_plain m : existsb (Nat.eqb (asked M m)) [arriving M; message M Right; message M Left; message M Stay] = false /\
  asked M m <> arriving M /\ asked M m <> symbol M /\ forall m', asked M m <> message M m'.
Proof.
  unfold asked. split; [|split; [|split; [|intros []]]]; destruct m; names; destruct (one_way M); easy.
Qed.

Lemma shift_same m m' : (shift m =? shift m')%Z = true -> m = m'.
Proof. now destruct m, m'. Qed.

Lemma message_same m m' : message M m = message M m' -> m = m'.
Proof. intros E. apply shift_same. rewrite <- (message_eqb M), E. apply Nat.eqb_refl. Qed.

(** * The prompt is orderly *)
(** It is a matter of the rows and registers that there are. *)
Lemma orderly_ext s s' : (forall i r, (i < n)%nat -> (r < length rs)%nat -> s i r = s' i r) -> orderly s -> orderly s'.
Proof.
  intros E [C O Z].
  assert (K : forall i m, (i < n)%nat -> s' i (message M m) = s i (message M m)).
  { intros i m Hi. symmetry. apply E; [exact Hi|]. apply kind_known. constructor. }
  constructor.
  - intros i m Hi. rewrite <- E; [now apply C|lia|]. apply kind_known, asked_kind.
  - intros i m j m' Hi Hj. rewrite !K by assumption. now apply O.
  - intros i m Hi. rewrite K by assumption. now apply Z.
Qed.

(** The prompt holds one message at most, where the tape head is. *)
Lemma orderly_start origin start : orderly (prompt M digits origin start).
Proof.
  assert (T : forall i m, prompt M digits origin start i (message M m) <> None ->
    (1 <= i)%nat /\ m = Stay /\ at_row origin i = head start).
  { intros i m. unfold prompt. destruct i as [|i]; [destruct m; now cbn|]. cbn [Nat.eqb].
    destruct (Z.eqb_spec (at_row origin (S i)) (head start)) as [E|E];
      destruct m; names; destruct (one_way M); cbn [Nat.eqb Nat.add andb]; intros H; try congruence;
      repeat split; auto; lia. }
  constructor.
  - intros i m Hi. destruct i as [|i]; [lia|].
    replace (Z.of_nat (S i) - 1 - shift m)%Z with
      (match m with Right => Z.of_nat (S i) - 2 | Stay => Z.of_nat (S i) - 1 | Left => Z.of_nat (S i) end)%Z
      by (destruct m; cbn [shift]; lia).
    unfold prompt, asked. destruct m; names; destruct (one_way M); reflexivity.
  - intros i m j m' _ _ Hi Hj. destruct (T i m Hi) as (? & -> & Ei), (T j m' Hj) as (? & -> & Ej).
    split; [|reflexivity]. unfold at_row in *. lia.
  - intros i m _ H. now apply T in H.
Qed.

Hypothesis some_digits : (1 <= digits)%nat.
Hypothesis enough_digits : (n <= 2 ^ digits)%nat.

(** * Stages keep it so *)
Lemma same_code z z' : code k z = code k z' -> (Z.abs (z - z') < Z.of_nat n)%Z -> z = z'.
Proof. intros E A. apply (code_same k (n - 1)); auto; lia. Qed.

Lemma code_small j : (j < n)%nat -> code k (Z.of_nat j) = Some j.
Proof.
  intros H. unfold code. rewrite Z.mod_small, Nat2Z.id; [reflexivity|].
  change 2%Z with (Z.of_nat 2). rewrite <- Nat2Z.inj_pow. lia.
Qed.

Lemma own_code s j : orderly s -> (S j < n)%nat -> s (S j) (own_cell M) = Some j.
Proof.
  intros H Hj. change (own_cell M) with (asked M Stay). rewrite (codes_stand _ H) by lia. cbn [shift].
  rewrite <- (code_small j) by lia. f_equal. lia.
Qed.

(** No two rows have the same code, *)
Lemma distinct s i j : orderly s -> (1 <= i < n)%nat -> (1 <= j < n)%nat -> s i (own_cell M) = s j (own_cell M) -> i = j.
Proof. intros H Hi Hj. destruct i, j; try lia. rewrite !own_code by (assumption || lia). congruence. Qed.

(** nor do two ask for the same with the same lookup. *)
Lemma asked_once s m i i' : orderly s -> (1 <= i < n)%nat -> (1 <= i' < n)%nat ->
  s i (asked M m) = s i' (asked M m) -> i = i'.
Proof. intros H Hi Hi' E. rewrite !(codes_stand _ H) in E by assumption. apply same_code in E; lia. Qed.

(** A row writes where a state has arrived, and then to the symbol and to one message. *)
Lemma row_writes v : row_fits rs v -> exists m, forall r,
  written_by (transitions M) v r = [] \/ v (arriving M) <> None /\ (r = symbol M \/ r = message M m).
Proof.
  intros F. destruct (v (arriving M)) as [q|] eqn:A; [|exists Stay; intros r; left; now apply written_nothing].
  assert (K : forall r, kind M r -> (r < length rs)%nat) by apply kind_known.
  destruct (v (symbol M)) as [a|] eqn:V.
  - apply F in A as Hq; [|apply K; constructor]. rewrite (proj1 (arriving_type M k)) in Hq.
    apply F in V as Ha; [|apply K; constructor]. rewrite symbol_type in Ha.
    set (first := match v edge with Some _ => true | None => false end).
    destruct (outcome M q a) as [[w mv] p] eqn:O. exists (taken M first mv). intros r.
    rewrite (written_something M v r q a first w mv p Hq Ha A V) by
      (exact O || (intros Y; unfold first; destruct (v edge) as [b|] eqn:Eb; [|reflexivity];
        apply F in Eb; [|now apply K; constructor]; rewrite (proj2 (proj2 (flag_type M k)) Y) in Eb; cbn in Eb;
        f_equal; lia)).
    destruct (Nat.eqb_spec (symbol M) r) as [<-|]; [right; split; [discriminate|now left]|].
    destruct (Nat.eqb_spec (message M (taken M first mv)) r) as [<-|]; [right; split; [discriminate|now right]|now left].
  - exists Stay. intros r. left. apply written_silent. intros ru H. unfold transitions in H.
    apply in_flat_map in H as (q' & _ & H). apply in_flat_map in H as (a & _ & H).
    destruct (transition_rule M q' a ru H) as (rest & ? & ? & ? & ? & ? & _ & E & _).
    unfold fires. rewrite E. cbn [forallb]. unfold is_held at 2. cbn [fst snd]. rewrite V. apply andb_false_r.
Qed.

(** A state that arrives was a message in the row that was asked. *)
Lemma arrived_from s i v : orderly s -> (i < n)%nat -> hears (lookups (the_stage M)) s n i v ->
  (forall r, r <> arriving M -> v r = s i r) /\
  (v (arriving M) <> None -> exists m j, (j < n)%nat /\ s j (message M m) <> None /\ s i (asked M m) = s j (own_cell M)).
Proof.
  intros Hs Hi (heard & F & Empty & Held). cbn [the_stage lookups map] in F, Empty, Held.
  inversion F as [|? h1 ? ? F1 T1]; subst. inversion T1 as [|? h2 ? ? F2 T2]; subst.
  inversion T2 as [|? h3 ? ? F3 T3]; subst. inversion T3; subst. clear F T1 T2 T3. split.
  - intros r N. specialize (Held r). cbn [combine filter fst snd fetch into] in Held.
    destruct (Nat.eqb_spec (arriving M) r); [congruence|]. exact Held.
  - intros A. assert (G : forall m a, finds (fetch M (asked M m) m) s n i (Some a) ->
      exists m j, (j < n)%nat /\ s j (message M m) <> None /\ s i (asked M m) = s j (own_cell M)).
    { intros m a [(_ & j & Hj & _ & Hh & E & _)|(_ & E)]; cbn [fetch answer] in E.
      - exists m, j. split; [exact Hj|]. split; [congruence|].
        destruct (Hh _ _ (or_introl eq_refl)) as (b & E1 & E2). congruence.
      - unfold by_default in E. cbn [fetch default answer] in E. exfalso.
        assert (H : s 0%nat (message M m) <> None) by congruence. apply (not_in_row_0 _ Hs) in H; lia. }
    specialize (Held (arriving M)). cbn [combine filter fst snd fetch into] in Held. rewrite Nat.eqb_refl in Held.
    destruct h1 as [a|]; [now apply (G Right a)|]. destruct h2 as [a|]; [now apply (G Left a)|].
    destruct h3 as [a|]; [now apply (G Stay a)|]. cbn [andb] in Held.
    destruct A. rewrite Held. exact (Empty _ (or_introl eq_refl)).
Qed.

(** Codes stay; only the row that found the one message sends one. *)
Lemma orderly_kept s s' : orderly s -> stage_step rs (the_stage M) n s s' -> orderly s'.
Proof.
  intros Hs Step.
  assert (T : forall i, (i < n)%nat -> (forall m, s' i (asked M m) = s i (asked M m)) /\ exists m0, forall m,
    s' i (message M m) <> None -> m = m0 /\ (1 <= i)%nat /\
    exists m1 j, (j < n)%nat /\ s j (message M m1) <> None /\ s i (asked M m1) = s j (own_cell M)).
  { intros i Hi. destruct (each_row _ _ _ _ _ Step i Hi) as (v & Hv & Fv & _ & After).
    destruct (arrived_from s i v Hs Hi Hv) as [Same From]. destruct (row_writes v Fv) as (m0 & W).
    cbn [the_stage then_table] in After. unfold table_after in After. cbn [the_table rules clears] in After. split.
    - intros m. rewrite After by apply kind_known, asked_kind. destruct (W (asked M m)) as [->|(_ & [E|E])].
      + rewrite (proj1 (asked_plain m)). apply Same, asked_plain.
      + now apply asked_plain in E.
      + now apply asked_plain in E.
    - exists m0. intros m. rewrite After, cleared_message by (apply kind_known; constructor).
      destruct (W (message M m)) as [->|(A & [E|E])]; [easy|destruct m; names; lia|].
      intros _. split; [now apply message_same|]. destruct (From A) as (m1 & j & Hj & Hm & Eq). split; [|now exists m1, j].
      destruct i as [|i]; [|lia]. exfalso.
      assert (Hj' := not_in_row_0 _ Hs j m1 Hj Hm). destruct j as [|j]; [lia|]. rewrite own_code in Eq by assumption.
      assert (Ok : lookup_ok rs (fetch M (asked M m1) m1) n s).
      { apply (lookups_ok _ _ _ _ _ Step). cbn [the_stage lookups]. apply in_map_iff. exists m1. destruct m1; cbn; auto. }
      destruct (null_row _ _ _ _ Ok) as (Null & _). cbn [fetch null] in Null.
      destruct (asks_or_idle _ _ _ _ Ok 0%nat Hi) as [(_ & I & _)|(_ & _ & Q)].
      + rewrite (I bos) in Null by now left. discriminate.
      + rewrite (Q (asked M m1) (own_cell M)) in Eq by now left. discriminate. }
  constructor.
  - intros i m Hi. rewrite (proj1 (T i ltac:(lia))). now apply (codes_stand _ Hs).
  - intros i m j m' Hi Hj Si Sj. destruct (T i Hi) as (_ & m0 & Ti), (T j Hj) as (_ & m0' & Tj).
    destruct (Ti m Si) as (-> & Pi & m1 & p & Hp & Sp & Ep), (Tj m' Sj) as (Em & Pj & m2 & q & Hq & Sq & Eq).
    destruct (one_message _ Hs p m1 q m2 Hp Hq Sp Sq) as [-> ->].
    assert (i = j) as -> by (apply (asked_once s m2); auto; congruence).
    split; [reflexivity|]. rewrite Em. now apply Tj.
  - intros i m Hi Si. destruct (T i Hi) as (_ & m0 & Ti). now apply Ti in Si.
Qed.

(** * Softmax of base 2^c *)
Variable c : nat.
Definition beta : R := IZR (Z.of_nat c) * ln 2.

Lemma exp_beta : exp (- beta) = / 2 ^ c.
Proof. rewrite exp_Ropp. unfold beta. rewrite <- INR_IZR_INZ. f_equal. apply (Rpower_pow c 2). lra. Qed.

(** A score that is smaller by twice a number. *)
Lemma exp_score w h : exp (beta * IZR (w - 2 * Z.of_nat h)) = exp (beta * IZR w) * (/ 4 ^ c) ^ h.
Proof.
  assert (Four : / 4 ^ c = exp (- beta) * exp (- beta)).
  { rewrite exp_beta, <- Rinv_mult, <- Rpow_mult_distr. now replace (2 * 2) with 4 by lra. }
  induction h as [|h IH].
  - cbn [pow]. rewrite Rmult_1_r. do 3 f_equal. lia.
  - replace (w - 2 * Z.of_nat (S h))%Z with (w - 2 * Z.of_nat h - 2)%Z by lia. rewrite minus_IZR.
    replace (beta * (IZR (w - 2 * Z.of_nat h) - 2)) with (beta * IZR (w - 2 * Z.of_nat h) + (- beta + - beta)) by ring.
    rewrite !exp_plus, IH, <- Four. cbn [pow]. ring.
Qed.

Hypothesis sharp : (1 + / 4 ^ c) ^ digits + / 2 ^ c <= 4 / 3.

(** So sharp that what is lost to the null row is 1/4 at most. *)
Lemma sharp_quarter : / 2 ^ c <= 1 / 4.
Proof.
  assert (P : 0 < / 4 ^ c) by (apply Rinv_0_lt_compat, pow_lt; lra).
  assert (Q : 1 + / 4 ^ c <= (1 + / 4 ^ c) ^ digits).
  { rewrite <- (pow_1 (1 + / 4 ^ c)) at 1. apply Rle_pow; [lra|assumption]. }
  assert (L : 1 + / 4 ^ c + / 2 ^ c <= 4 / 3) by lra. clear Q P sharp. destruct c as [|[|e]]; cbn [pow] in *; [lra|lra|].
  replace (1 / 4) with (/ (2 * (2 * 1))) by lra. apply Rinv_le_contravar; [lra|].
  pose proof (pow_R1_Rle 2 e ltac:(lra)). lra.
Qed.

(** * One attention head *)
Section Head.
Variable m : move.
Local Notation l := (fetch M (asked M m) m).
Variables (s : stream) (x : nat -> nat -> R) (i : nat).
Hypothesis ok : lookup_ok rs l n s.
Hypothesis fits_rows : forall i, (i < n)%nat -> row_fits rs (s i).
Hypothesis Hx : encodes rs n s x.
Hypothesis Hs : orderly s.
Hypothesis Hi : (i < n)%nat.
Local Notation fit := (fetch_fits M k some_digits m).
Local Notation z := (zscore rs l s i).

Local Definition share (j : nat) : R := exp (beta * IZR (z j)).
Local Definition read (q j : nat) : R := IZR (coordinate (OneHot (states M)) (s j (message M m)) q).
Local Notation head q := (attend real (softmax beta) (d_model rs) (lower_lookup rs l) n x i q).

(** It brings the average of what the rows hold. *)
Lemma head_is q : (q < states M)%nat -> head q = rsum n (fun j => share j * read q j) / rsum n share.
Proof.
  intros Hq. set (B := Rmax 2 (IZR (lookup_need rs l))).
  assert (HB : IZR (lookup_need rs l) <= B) by apply Rmax_r. assert (H2 : 2 <= B) by apply Rmax_l.
  assert (T : type_of rs (answer l) = OneHot (states M)) by apply message_type.
  assert (Hc : (q < size rs (answer l))%nat) by (unfold size; now rewrite T).
  rewrite (attend_at rs l fit n s x Hx _ B real (real_exact B) H2) by (auto; now rewrite length_value).
  assert (Own : forall j, (j < n)%nat -> own_shares rs l n x real (softmax beta) i j = share j).
  { intros j Hj. unfold own_shares, softmax. cbn [seen lower_lookup causal fetch backwards].
    now rewrite (scores_are rs l fit n s ok x Hx _ B real (real_exact B) HB H2). }
  cbn [sum mul div real]. f_equal; [|now apply rsum_ext].
  apply rsum_ext. intros j Hj. rewrite Own by exact Hj. f_equal. unfold read. f_equal. rewrite <- T.
  destruct j as [|j]; [|now apply (value_other rs l fit n s ok); [lia|]].
  rewrite (value_null rs l fit n s ok) by exact Hc. reflexivity.
Qed.

Lemma share_positive j : 0 < share j.
Proof. apply exp_pos. Qed.

Lemma total_above j : (j < n)%nat -> share j <= rsum n share.
Proof.
  intros Hj. rewrite <- (rsum_single n j share Hj). apply rsum_le. intros j' _. pose proof (share_positive j').
  destruct (_ =? _)%nat; lra.
Qed.

Lemma read_range q j : 0 <= read q j <= 1.
Proof. unfold read. destruct (s j _); cbn; [destruct (_ =? _)%nat|]; lra. Qed.

Lemma head_range q : (q < states M)%nat -> 0 <= head q <= 1.
Proof.
  intros Hq. rewrite head_is by exact Hq. pose proof (total_above i Hi). pose proof (share_positive i).
  assert (T : 0 < rsum n share) by lra. split.
  - apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat]. apply rsum_nonneg. intros j _.
    apply Rmult_le_pos; [left; apply share_positive|apply read_range].
  - apply Rmult_le_reg_r with (rsum n share); [exact T|]. unfold Rdiv.
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r, Rmult_1_l by lra.
    apply rsum_le. intros j _. pose proof (share_positive j). pose proof (read_range q j). nra.
Qed.

(** A row of the window asks, row 0 is idle. *)
Local Lemma flags : s 0%nat bos = Some 0%nat /\ (forall j, (1 <= j < n)%nat -> s j bos = None) /\
  ((1 <= i)%nat -> s i cell = Some 0%nat) /\ (i = 0%nat -> s i cell = None).
Proof.
  destruct (null_row _ _ _ _ ok) as (N & _). split; [exact N|]. split.
  - intros j Hj. now apply (other_rows _ _ _ _ ok).
  - destruct (asks_or_idle _ _ _ _ ok i Hi) as [(A & I & _)|(A & (before & r & after & E & S & _) & _)].
    + split; [auto|]. intros ->. cbn [fetch null] in N. now rewrite (I bos) in N by now left.
    + split; [|auto]. intros H. exfalso. assert (O : s i bos = None) by now apply (other_rows _ _ _ _ ok).
      assert (R : In r [bos]) by (change [bos] with (idle l); rewrite E; apply in_elt). destruct R as [<-|[]]. congruence.
Qed.

Lemma one_unit : unit_of rs l = 1%Z.
Proof. reflexivity. Qed.

Lemma digits_are : digits_of rs l = k.
Proof.
  unfold digits_of. cbn [fetch matches map list_sum fold_right snd]. unfold size.
  rewrite (proj1 (proj2 (code_type M k))). cbn [Program.width]. lia.
Qed.

(** Scores of a row that asks for the code of cell [a]: of the null row, and of all others. *)
Local Lemma scores a : (1 <= i)%nat -> s i (asked M m) = Some a -> z 0 = (Z.of_nat k - 1)%Z /\
  forall j, (S j < n)%nat -> z (S j) = (Z.of_nat k - 2 * Z.of_nat (differ k a j))%Z.
Proof.
  intros Pi Ha. destruct flags as (_ & Others & Asks & _). specialize (Asks Pi). split.
  - destruct (score_cases rs l fit n s ok fits_rows i 0 Hi ltac:(lia) Asks) as [(_ & ->)|[(H & _)|(H & _)]]; [|lia..].
    rewrite one_unit, digits_are. lia.
  - intros j Hj. rewrite (score_is rs l fit), one_unit. cbn [fetch null asks].
    rewrite (Others (S j)), coordinate_none by lia.
    unfold ranked, prefer_digits. cbn [fetch prefer zsum]. unfold agreement.
    cbn [fetch matches digit_sum fold_right fst snd]. unfold size.
    destruct (code_type M k) as (TL & TO & TR). rewrite TO. cbn [Program.width].
    rewrite (zsum_ext _ _ (fun t => coordinate (Code k) (Some a) t * coordinate (Code k) (Some j) t)%Z).
    + rewrite digits_differ. lia.
    + intros t _. unfold pair_digit. rewrite Ha, own_code, TO by assumption.
      replace (type_of rs (asked M m)) with (Code k) by (destruct m; cbn [asked]; congruence). reflexivity.
Qed.

(** The row that is found receives at least 3/4 of all. *)
Lemma total_of_hit p : (p < n)%nat -> hit l s i p -> rsum n share <= 4 / 3 * share p.
Proof.
  intros Hp Hh. destruct (Hh _ _ (or_introl eq_refl)) as (a & Ea & Eo).
  destruct p as [|p]; [now destruct (null_no_hit rs l fit n s ok i)|].
  rewrite own_code in Eo by assumption. injection Eo as <-.
  assert (Pi : (1 <= i)%nat).
  { destruct (Nat.eq_dec i 0) as [I0|]; [|lia]. destruct flags as (_ & _ & _ & I). specialize (I I0).
    destruct (asks_or_idle _ _ _ _ ok i Hi) as [(A & _)|(_ & _ & Q)].
    - cbn [fetch asks] in A. congruence.
    - now rewrite (Q (asked M m) (own_cell M)) in Ea by now left. }
  destruct (scores p Pi Ea) as [Z0 Zj]. set (top := exp (beta * IZR (Z.of_nat k))).
  assert (Top : 0 < top) by apply exp_pos.
  assert (S0 : share 0 = / 2 ^ c * top).
  { unfold share, top. rewrite Z0, minus_IZR, <- exp_beta, <- exp_plus. f_equal. ring. }
  assert (Sj : forall j, (S j < n)%nat -> share (S j) = top * (/ 4 ^ c) ^ differ k p j).
  { intros j Hj. unfold share. rewrite Zj by exact Hj. apply exp_score. }
  assert (Self : differ k p p = 0%nat).
  { clear. induction digits as [|d IH]; cbn [differ]; [reflexivity|]. now rewrite IH, Bool.eqb_reflx. }
  rewrite (Sj p Hp), Self, pow_O, Rmult_1_r.
  replace n with (S (n - 1)) by lia. rewrite rsum_first, S0.
  rewrite (rsum_ext _ _ (fun j => top * (/ 4 ^ c) ^ differ k p j)) by (intros j Hj; apply Sj; lia). rewrite rsum_scal.
  assert (Y : 0 <= / 4 ^ c) by (left; apply Rinv_0_lt_compat, pow_lt; lra).
  assert (L : rsum (n - 1) (fun j => (/ 4 ^ c) ^ differ k p j) <= (1 + / 4 ^ c) ^ k).
  { rewrite <- (all_codes _ k p). apply rsum_longer; [lia|]. intros. now apply pow_le. }
  nra.
Qed.

(** What is not found receives at most 1/4 of all. *)
Lemma total_of_miss p : (1 <= p < n)%nat -> ~ hit l s i p -> share p <= 1 / 4 * rsum n share.
Proof.
  intros Hp Hh. assert (L : (z p <= z 0 - 1)%Z).
  { destruct flags as (_ & _ & Asks & Idle). destruct (Nat.eq_dec i 0) as [E|E].
    - rewrite !(score_idle rs l fit n s ok) by (lia || exact (Idle E)). destruct (Nat.eqb_spec p 0); [lia|].
      cbn [Nat.eqb]. rewrite one_unit, digits_are. lia.
    - specialize (Asks ltac:(lia)).
      destruct (score_cases rs l fit n s ok fits_rows i 0 Hi ltac:(lia) Asks) as [(_ & ->)|[(H & _)|(H & _)]]; [|lia..].
      destruct (score_cases rs l fit n s ok fits_rows i p Hi ltac:(lia) Asks) as [(H & _)|[(_ & H & _)|(_ & _ & H)]];
        [lia|easy|exact H]. }
  pose proof (total_above 0 ltac:(lia)) as T. pose proof sharp_quarter as Q. pose proof (share_positive 0) as P.
  assert (share p <= / 2 ^ c * share 0); [|nra].
  unfold share. rewrite <- exp_beta, <- exp_plus. apply IZR_le in L. rewrite minus_IZR in L.
  assert (Pb : 0 <= beta).
  { apply Rmult_le_pos; [apply IZR_le; lia|]. rewrite <- ln_1. left. apply ln_increasing; lra. }
  destruct (Rle_lt_or_eq_dec (beta * IZR (z p)) (- beta + beta * IZR (z 0))) as [K| ->]; [nra| |lra].
  left. now apply exp_increasing.
Qed.

Variable v : option nat.
Hypothesis Hv : finds l s n i v.

(** Where no row holds a message of this move, the head brings nothing, and nothing is found. *)
Lemma head_silent q : (forall j, (j < n)%nat -> s j (message M m) = None) -> (q < states M)%nat -> head q = 0 /\ v = None.
Proof.
  intros Silent Hq. split.
  - rewrite head_is by exact Hq. rewrite rsum_zeros; [unfold Rdiv; ring|]. intros j Hj. unfold read.
    rewrite Silent by exact Hj. cbn. ring.
  - destruct Hv as [(_ & j & Hj & _ & _ & <- & _)|(_ & ->)]; [now apply Silent|]. unfold by_default.
    cbn [fetch default answer]. apply Silent. lia.
Qed.

(** Where one does, it brings what is found, or nothing, off by 1/4 at most. *)
Lemma head_near p q : (p < n)%nat -> s p (message M m) <> None -> (q < states M)%nat ->
  Rabs (head q - IZR (coordinate (OneHot (states M)) v q)) <= 1 / 4.
Proof.
  intros Hp Hm Hq.
  assert (Only : forall j, (j < n)%nat -> j <> p -> s j (message M m) = None).
  { intros j Hj N. destruct (s j (message M m)) eqn:E; [|reflexivity]. destruct N.
    apply (one_message _ Hs j m p m Hj Hp); [congruence|exact Hm]. }
  assert (Pp := not_in_row_0 _ Hs p m Hp Hm).
  assert (Head : head q = share p * read q p / rsum n share).
  { rewrite head_is by exact Hq. f_equal. rewrite <- (rsum_single n p (fun j => share j * read q j) Hp). apply rsum_ext.
    intros j Hj. destruct (Nat.eqb_spec j p) as [|N]; [reflexivity|]. unfold read. rewrite (Only j Hj N). cbn. ring. }
  pose proof (share_positive p) as S. pose proof (total_above p Hp) as T. pose proof (read_range q p) as Rg.
  assert (Same : forall j, (j < n)%nat -> hit l s i j -> hit l s i p -> j = p).
  { intros j Hj H1 H2. destruct (H1 _ _ (or_introl eq_refl)) as (a & A1 & A2), (H2 _ _ (or_introl eq_refl)) as (b & B1 & B2).
    apply (distinct s); auto; [|congruence]. split; [|exact Hj]. destruct j; [|lia].
    now destruct (null_no_hit rs l fit n s ok i). }
  assert (V : hit l s i p /\ v = s p (message M m) \/ ~ hit l s i p /\ v = None).
  { assert (Zero : s 0%nat (message M m) = None) by (apply Only; lia).
    destruct Hv as [(_ & j & Hj & _ & Hh & <- & _)|(A & ->)]; cbn [fetch answer].
    - destruct (Nat.eq_dec j p) as [->|N]; [now left|]. right. split; [|now apply Only]. intros H. now apply N, Same.
    - right. split; [|exact Zero]. intros H. destruct A as [A|A].
      + destruct (asks_or_idle _ _ _ _ ok i Hi) as [(B & _)|(_ & _ & Q)]; [congruence|].
        destruct (H _ _ (or_introl eq_refl)) as (a & A1 & _). now rewrite (Q (asked M m) (own_cell M)) in A1 by now left.
      + apply (A p Hp); [discriminate|exact H]. }
  assert (Div : forall y, y * rsum n share <= share p -> y <= share p / rsum n share).
  { intros y H. apply Rmult_le_reg_r with (rsum n share); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (Div' : forall y, share p <= y * rsum n share -> share p / rsum n share <= y).
  { intros y H. apply Rmult_le_reg_r with (rsum n share); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  replace (share p * read q p / rsum n share) with (share p / rsum n share * read q p) in Head by (unfold Rdiv; ring).
  rewrite Head. destruct V as [(Hh & ->)|(Hh & ->)].
  - fold (read q p). pose proof (total_of_hit p Hp Hh). specialize (Div (3 / 4) ltac:(lra)). specialize (Div' 1 ltac:(lra)).
    apply Rabs_le. nra.
  - rewrite coordinate_none. pose proof (total_of_miss p ltac:(lia) Hh). specialize (Div 0 ltac:(lra)).
    specialize (Div' (1 / 4) ltac:(lra)). apply Rabs_le. nra.
Qed.
End Head.

(** * All three *)
(** Of the three moves at most one has messages: in one row, if any. *)
Lemma one_carrier s : orderly s -> exists m0,
  (forall m, m <> m0 -> forall j, (j < n)%nat -> s j (message M m) = None) /\
  ((forall j, (j < n)%nat -> s j (message M m0) = None) \/ exists p, (p < n)%nat /\ s p (message M m0) <> None).
Proof.
  intros Hs.
  assert (G : forall b, (b <= n)%nat -> (forall m j, (j < b)%nat -> s j (message M m) = None) \/
    exists m p, (p < n)%nat /\ s p (message M m) <> None).
  { induction b as [|b IH]; intros Hb; [left; intros; lia|]. destruct (IH ltac:(lia)) as [G|G]; [|now right].
    assert (K : (forall m, s b (message M m) = None) \/ exists m, s b (message M m) <> None).
    { destruct (s b (message M Left)) eqn:E1; [right; exists Left; congruence|].
      destruct (s b (message M Stay)) eqn:E2; [right; exists Stay; congruence|].
      destruct (s b (message M Right)) eqn:E3; [right; exists Right; congruence|]. left. now intros []. }
    destruct K as [K|(m & K)]; [left|right; exists m, b; split; [lia|exact K]].
    intros m j Hj. destruct (Nat.eq_dec j b) as [->|]; [apply K|apply G; lia]. }
  destruct (G n (le_n n)) as [K|(m0 & p & Hp & K)]; [exists Stay; auto|].
  exists m0. split; [|right; now exists p]. intros m N j Hj. destruct (s j (message M m)) eqn:E; [|reflexivity]. destruct N.
  apply (one_message _ Hs j m p m0 Hj Hp); [congruence|exact K].
Qed.

(** Two heads bring nothing, exactly, and the third what it finds, off by 1/4 at most. *)
Theorem cellular_brings_sharply :
  heads_bring rs (fun _ => True) real (softmax beta) n (1 / 4) orderly (lookups (the_stage M)).
Proof.
  intros s x i (Hs & Hl & Hf & Hx) Hi.
  assert (Ok : forall m, lookup_ok rs (fetch M (asked M m) m) n s).
  { intros m. apply Hl. apply in_map_iff. exists m. destruct m; cbn; auto. }
  split.
  - intros l v q H _ Hq o. apply in_map_iff in H as (m & <- & _). split; [exact I|].
    assert (Hq' : (q < states M)%nat) by (cbn [fetch answer] in Hq; unfold size in Hq; now rewrite message_type in Hq).
    pose proof (head_range m s x i (Ok m) Hx Hi q Hq') as G. fold o in G. split; [apply Rabs_le|]; lra.
  - intros found r q F Hr Hq. cbn [the_stage lookups map] in F.
    inversion F as [|? h1 ? ? F1 T1]; subst. inversion T1 as [|? h2 ? ? F2 T2]; subst.
    inversion T2 as [|? h3 ? ? F3 T3]; subst. inversion T3; subst. clear F T1 T2 T3.
    unfold adds_up, found_in. cbn [the_stage lookups map combine fold_right fst snd].
    cbn [fetch into]. destruct (Nat.eqb_spec (arriving M) r) as [<-|N]; [|apply Rabs_le; lra].
    unfold size in Hq. rewrite (proj1 (arriving_type M k)) in Hq |- *. cbn [Program.width] in Hq.
    set (o := fun m => attend real (softmax beta) (d_model rs) (lower_lookup rs (fetch M (asked M m) m)) n x i q).
    set (g := fun v => IZR (coordinate (OneHot (states M)) v q)).
    change (Rabs (o Right + (o Left + (o Stay + 0)) - (g h1 + (g h2 + (g h3 + 0)))) <= 1 / 4).
    assert (E : exists m0, forall m v, finds (fetch M (asked M m) m) s n i v ->
      Rabs (o m - g v) <= 1 / 4 /\ (m <> m0 -> o m = g v)).
    { destruct (one_carrier s Hs) as (m0 & Others & K). exists m0. intros m v Fv.
      assert (Silent : (forall j, (j < n)%nat -> s j (message M m) = None) -> o m = g v).
      { intros H. destruct (head_silent m s x i (Ok m) Hx Hi v Fv q H Hq) as [H0 ->]. unfold g.
        now rewrite coordinate_none. }
      split; [|intros N; apply Silent; now apply Others].
      assert (D : m = m0 \/ m <> m0) by (destruct m, m0; auto; now right).
      destruct D as [->|D]; [destruct K as [K|(p & Hp & K)]|].
      - rewrite (Silent K), Rminus_eq_0, Rabs_R0. lra.
      - now apply (head_near m0 s x i (Ok m0) Hf Hx Hs Hi v Fv p q).
      - rewrite (Silent (Others m D)), Rminus_eq_0, Rabs_R0. lra. }
    destruct E as (m0 & E). destruct (E Right h1 F1) as [B1 N1], (E Left h2 F2) as [B2 N2], (E Stay h3 F3) as [B3 N3].
    apply abs_bounds in B1, B2, B3. apply Rabs_le.
    destruct m0;
      repeat match goal with N : ?a <> ?b -> _ |- _ => first [specialize (N ltac:(discriminate)) | clear N] end; lra.
Qed.
End Sharp.
