(** What attention heads of lowered lookups compute: what the lookup finds, exactly where shares are saturated, nearly
    where they are graded. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Transformer Numbers Program Symbolic Layout Arithmetic Sums Normalisers Scores.
Import ListNotations.
Local Open Scope R_scope.

(** * Sums of whole numbers *)
Lemma rsum_IZR n f : rsum n (fun i => IZR (f i)) = IZR (zsum n f).
Proof. induction n as [|n IH]; [reflexivity|]. cbn [rsum zsum]. now rewrite IH, plus_IZR. Qed.

Lemma rsum_abs_IZR n f : rsum n (fun i => Rabs (IZR (f i))) = IZR (zsum n (fun i => Z.abs (f i))).
Proof. rewrite <- rsum_IZR. apply rsum_ext. intros. now rewrite abs_IZR. Qed.

Definition listed (w : row) : Z := fold_right (fun e rest => Z.abs (snd e) + rest)%Z 0%Z w.

Lemma listed_IZR w : fold_right (fun e rest => Rabs (IZR (snd e)) + rest) 0 w = IZR (listed w).
Proof. induction w as [|e w IH]; [reflexivity|]. unfold listed in *. cbn [fold_right]. now rewrite plus_IZR, abs_IZR, IH.
Qed.

Lemma rdot_abs_small w x : (forall f c, In (f, c) w -> Rabs (x f) <= 1) -> rdot_abs w x <= IZR (listed w).
Proof.
  unfold rdot_abs, listed. induction w as [|[f c] w IH]; cbn [fold_right fst snd]; intros H; [lra|].
  rewrite plus_IZR, abs_IZR.
  apply Rplus_le_compat.
  - rewrite <- (Rmult_1_r (Rabs (IZR c))) at 2. apply Rmult_le_compat_l; [apply Rabs_pos|]. apply (H f c). now left.
  - apply IH. intros g b Hg. apply (H g b). now right.
Qed.

Section Attention.
Variable rs : list register.
Notation d := (d_model rs).

(** The residual stream [x] of [n] rows holds just what their registers hold. *)
Definition encodes (n : nat) (s : stream) (x : nat -> nat -> R) : Prop :=
  forall i f, (i < n)%nat -> (f < d)%nat -> x i f = IZR (flat rs (s i) f).

(** The numbers that a lookup leads to are at most so large. *)
Definition lookup_need (l : lookup) : Z :=
  (unit_of rs l * ((1 + Z.max 1 (Z.of_nat (length (idle l)))) * Z.of_nat (digits_of rs l) + 2))%Z.

Section Head.
Variable l : lookup.
Hypothesis fit : lookup_fits rs l.
Variable n : nat.
Variable s : stream.
Hypothesis ok : lookup_ok rs l n s.
Hypothesis fits_rows : forall i, (i < n)%nat -> row_fits rs (s i).
Variable x : nat -> nat -> R.
Hypothesis Hx : encodes n s x.
Notation h := (lower_lookup rs l).

Lemma need_positive : (2 * unit_of rs l * (Z.of_nat (digits_of rs l) + 1) <= lookup_need l)%Z.
Proof. unfold lookup_need. pose proof (unit_positive rs l). nia. Qed.

Lemma listed_query w : In w (query h) -> (listed w <= lookup_need l)%Z.
Proof.
  pose proof (unit_positive rs l) as U. rewrite query_is by exact fit.
  assert (P : (unit_of rs l <= lookup_need l)%Z) by (pose proof need_positive; nia).
  rewrite !in_app_iff. intros [H|[H|[<-|[]]]].
  - apply in_map_iff in H as (p & <- & _). unfold listed. cbn [fold_right snd]. rewrite Z.abs_eq by lia. lia.
  - apply in_map_iff in H as (t & <- & Ht). apply in_seq in Ht. unfold listed. cbn [fold_right snd].
    rewrite Z.abs_eq by (apply Z.pow_nonneg; lia). rewrite Z.add_0_r. etransitivity; [|exact P].
    unfold unit_of. apply Z.pow_le_mono_r; lia.
  - unfold last_query, listed. cbn [fold_right snd].
    assert (F : forall ids, fold_right (fun e rest => Z.abs (snd e) + rest)%Z 0%Z
              (map (fun r => (first rs r, (unit_of rs l * Z.of_nat (digits_of rs l))%Z)) ids)
            = (Z.of_nat (length ids) * (unit_of rs l * Z.of_nat (digits_of rs l)))%Z).
    { induction ids as [|a ids IH]; [reflexivity|]. cbn [map fold_right snd length]. rewrite IH, Z.abs_eq by nia. lia. }
    rewrite F. unfold lookup_need. pose proof (digits_positive rs l fit) as G. revert U G.
    generalize (unit_of rs l) (Z.of_nat (digits_of rs l)) (Z.of_nat (length (idle l))). clear. intros u m i U G.
    rewrite Z.abs_eq by nia. assert (u * m * i <= u * m * Z.max 1 i)%Z by nia. nia.
Qed.

Lemma listed_key w : In w (key h) -> (listed w <= 1)%Z.
Proof.
  rewrite key_is. rewrite !in_app_iff. intros [H|[H|[<-|[]]]]; [| |reflexivity];
    apply in_map_iff in H as (p & <- & _); reflexivity.
Qed.

Lemma listed_value w : In w (value h) -> (listed w <= 2)%Z.
Proof.
  unfold lower_lookup. cbn [value]. intros H. apply in_map_iff in H as (c & <- & _). unfold listed.
  destruct (default l); cbn [fold_right snd]; [|lia].
  pose proof (coordinate_small (type_of rs (answer l)) (Some n0) c). lia.
Qed.

Variable D : R -> Prop.
Variable B : R.
Variable O : arithmetic R.
Hypothesis HO : exact_on D B O.
Hypothesis HB : IZR (lookup_need l) <= B.
Hypothesis B_holds_2 : 2 <= B.

Lemma x_small i f : (i < n)%nat -> (f < d)%nat -> Rabs (x i f) <= 1.
Proof. intros Hi Hf. rewrite Hx by assumption. rewrite <- abs_IZR. apply IZR_le, flat_small. Qed.

(** Queries, keys and values are whole numbers, exactly. *)
Lemma project_exact m i b : (i < n)%nat -> (b < length m)%nat -> (forall w, In w m -> columns_below d w) ->
  (forall w, In w m -> IZR (listed w) <= B) -> project O d n m x i b = IZR (zdot (nth b m []) (flat rs (s i))).
Proof.
  intros Hi Hb Hc Hl. unfold project. rewrite once2_at by assumption.
  assert (I : In (nth b m []) m) by now apply nth_In.
  rewrite (dot_exact_listed _ _ _ HO).
  - apply rdot_zdot. intros f c H. apply Hx; [assumption|]. apply (Hc _ I f c H).
  - intros f Hf. rewrite Hx by assumption. apply (domain_integer _ _ _ HO).
  - now apply Hc.
  - eapply Rle_trans; [apply rdot_abs_small|apply Hl, I]. intros f c H. apply x_small; [assumption|]. apply (Hc _ I f c H).
  - rewrite listed_IZR. apply Hl, I.
Qed.

Lemma query_exact i b : (i < n)%nat -> (b < length (query h))%nat -> project O d n (query h) x i b = IZR (zq rs l (s i) b).
Proof.
  intros. apply project_exact; auto.
  - intros w Hw f c Hf. eapply columns_known; eauto 6.
  - intros w Hw. eapply Rle_trans; [apply IZR_le, listed_query, Hw|exact HB].
Qed.

Lemma key_exact i b : (i < n)%nat -> (b < length (query h))%nat -> project O d n (key h) x i b = IZR (zk rs l (s i) b).
Proof.
  intros. apply project_exact; auto.
  - now rewrite length_key.
  - intros w Hw f c Hf. eapply columns_known; eauto 6.
  - intros w Hw. eapply Rle_trans; [apply IZR_le, listed_key, Hw|lra].
Qed.

Lemma value_exact i c : (i < n)%nat -> (c < length (value h))%nat -> project O d n (value h) x i c = IZR (zv rs l (s i) c).
Proof.
  intros. apply project_exact; auto.
  - intros w Hw f b Hf. eapply columns_known; eauto 6.
  - intros w Hw. eapply Rle_trans; [apply IZR_le, listed_value, Hw|lra].
Qed.

(** Scores are whole numbers, exactly. *)
Lemma score_exact i j : (i < n)%nat -> (j < n)%nat ->
  sum O (length (query h)) (fun b => mul O (project O d n (query h) x i b) (project O d n (key h) x j b)) =
  IZR (zscore rs l s i j).
Proof.
  intros Hi Hj.
  assert (N : IZR (zsum (length (query h)) (fun b => Z.abs (zq rs l (s i) b * zk rs l (s j) b))) <= B).
  { eapply Rle_trans; [apply IZR_le|exact HB]. etransitivity; [|apply need_positive].
    now apply (score_bound_terms rs l fit n s ok). }
  rewrite (sum_same _ _ _ HO _ _ (fun b => IZR (zq rs l (s i) b * zk rs l (s j) b))).
  - rewrite (exact_sum _ _ _ HO).
    + apply rsum_IZR.
    + intros b _. apply (domain_integer _ _ _ HO).
    + rewrite rsum_abs_IZR. exact N.
  - intros b Hb. rewrite query_exact, key_exact, mult_IZR by assumption. apply (exact_mul _ _ _ HO).
    + eexists. reflexivity.
    + apply (domain_integer _ _ _ HO).
    + rewrite <- mult_IZR. eapply Rle_trans; [|exact N]. rewrite <- rsum_abs_IZR.
      apply (rsum_term _ (fun b => IZR (zq rs l (s i) b * zk rs l (s j) b))). assumption.
Qed.

Definition seen (i j : nat) : bool := if causal h then j <=? i else true.

Lemma seen_spec i j : seen i j = true <-> sees l i j.
Proof.
  unfold seen, sees. change (causal h) with (backwards l). destruct (backwards l); rewrite ?Nat.leb_le; intuition congruence.
Qed.

(** The shares of row [i], before they are divided by their sum. *)
Definition own_shares (shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R) (i : nat) : nat -> R :=
  shares n (seen i) (once O n (fun j =>
    sum O (length (query h)) (fun b => mul O (project O d n (query h) x i b) (project O d n (key h) x j b)))).

Lemma attend_at shares i c : (i < n)%nat -> (c < length (value h))%nat ->
  attend O shares d h n x i c =
  div O (sum O n (fun j => mul O (own_shares shares i j) (IZR (zv rs l (s j) c)))) (sum O n (own_shares shares i)).
Proof.
  intros Hi Hc. unfold attend. rewrite once2_at by assumption. f_equal; apply (sum_same _ _ _ HO); intros j Hj.
  - rewrite once_at by assumption. now rewrite value_exact.
  - now rewrite once_at.
Qed.

Lemma scores_are i j : (i < n)%nat -> (j < n)%nat ->
  once O n (fun j => sum O (length (query h)) (fun b => mul O (project O d n (query h) x i b) (project O d n (key h) x j
    b))) j =
  IZR (zscore rs l s i j).
Proof. intros. rewrite once_at by assumption. now apply score_exact. Qed.

Lemma scores_fit S i j : IZR (lookup_need l) <= S -> (i < n)%nat -> (j < n)%nat -> Rabs (IZR (zscore rs l s i j)) <= S.
Proof.
  intros HS Hi Hj. rewrite <- abs_IZR. eapply Rle_trans; [apply IZR_le|exact HS]. etransitivity; [|apply need_positive].
  now apply (score_bound rs l fit n s ok).
Qed.

(** Who wins holds what is found; somebody wins. *)
Lemma winners_hold i v : (i < n)%nat -> finds l s n i v ->
  (exists w, (w < n)%nat /\ wins n (seen i) (zscore rs l s i) w = true) /\
  forall j c, (j < n)%nat -> (c < size rs (answer l))%nat -> wins n (seen i) (zscore rs l s i) j = true ->
    zv rs l (s j) c = coordinate (type_of rs (answer l)) v c.
Proof.
  intros Hi Hv.
  assert (T : exists top, (exists j, (j < n)%nat /\ sees l i j /\ zscore rs l s i j = top) /\
    (forall j, (j < n)%nat -> sees l i j -> (zscore rs l s i j <= top)%Z) /\
    forall j, (j < n)%nat -> sees l i j -> zscore rs l s i j = top ->
      forall c, (c < size rs (answer l))%nat -> zv rs l (s j) c = coordinate (type_of rs (answer l)) v c)
    by (eapply best_rows; eauto).
  destruct T as (top & (w & Hw & Sw & Ew) & Ht & Hz). split.
  - exists w. split; [assumption|]. apply wins_spec. split; [now apply seen_spec|].
    intros k Hk Sk. rewrite Ew. apply Ht; [assumption|now apply seen_spec].
  - intros j c Hj Hc W. apply wins_spec in W as [Sj Lj]. apply Hz; auto; [now apply seen_spec|].
    apply Z.le_antisymm; [apply Ht; [assumption|now apply seen_spec]|]. rewrite <- Ew.
    apply Lj; [assumption|now apply seen_spec].
Qed.

Lemma values_small j c : (j < n)%nat -> (c < size rs (answer l))%nat -> (Z.abs (zv rs l (s j) c) <= 1)%Z.
Proof. intros. apply (value_small rs l fit n s ok); [assumption|now rewrite length_value]. Qed.

Lemma values_positive j c k : type_of rs (answer l) = OneHot k -> (c < size rs (answer l))%nat -> (0 <= zv rs l (s j) c)%Z.
Proof.
  intros E Hc. unfold zv, lower_lookup. cbn [value].
  rewrite (nth_mapped _ 0%nat) by (now rewrite seq_length). rewrite seq_nth by assumption. cbn [zdot].
  unfold zdot. cbn [fold_right fst snd].
  destruct (answer_type _ _ fit) as (Ha & _ & _). destruct (null_flag _ _ fit) as (Hn & En).
  assert (P : forall r m v i, type_of rs r = OneHot m -> (0 <= coordinate (type_of rs r) v i)%Z).
  { intros r m v i ->. destruct v; cbn; [destruct (_ =? _)|]; lia. }
  rewrite flat_at by assumption. pose proof (P _ _ (s j (answer l)) (0 + c)%nat E).
  destruct (default l) as [a|]; cbn [fold_right fst snd]; [|lia].
  replace (first rs (null l)) with (first rs (null l) + 0)%nat by lia.
  rewrite flat_at by (auto; unfold size; rewrite En; cbn; lia).
  pose proof (P _ _ (Some a) (0 + c)%nat E). pose proof (P _ _ (s j (null l)) 0%nat En). cbn [Nat.add] in *.
  apply Z.add_nonneg_nonneg; [lia|]. rewrite Z.add_0_r. now apply Z.mul_nonneg_nonneg.
Qed.

(** How many rows row [i] finds, which share alike. *)
Definition num_winners (i : nat) : Z := zsum n (fun j => if wins n (seen i) (zscore rs l s i) j then 1%Z else 0%Z).

Lemma num_winners_most i : (num_winners i <= Z.of_nat n)%Z.
Proof. apply zsum_most. intros j _. destruct (wins _ _ _ _); lia. Qed.

(** Saturated: exactly what is found. *)
Theorem attend_saturated S shares i c v : IZR (lookup_need l) <= S -> IZR (num_winners i) <= B -> saturated S shares ->
  (i < n)%nat -> finds l s n i v ->
  (c < size rs (answer l))%nat -> attend O shares d h n x i c = IZR (coordinate (type_of rs (answer l)) v c).
Proof.
  intros HS Hn Hsat Hi Hv Hc. rewrite attend_at by (auto; now rewrite length_value).
  destruct (winners_hold i v Hi Hv) as ((w & Hw & Ww) & Hold).
  set (z := zscore rs l s i) in *. set (win := fun j => if wins n (seen i) z j then 1%Z else 0%Z).
  assert (Sh : forall j, (j < n)%nat -> own_shares shares i j = IZR (win j)).
  { intros j Hj. unfold own_shares. rewrite (Hsat n (seen i) z).
    - unfold win. now destruct (wins n (seen i) z j).
    - intros k Hk. now apply scores_are.
    - intros k Hk. now apply (scores_fit S).
    - assumption. }
  set (V := coordinate (type_of rs (answer l)) v c).
  assert (P01 : forall j, (Z.abs (win j) <= 1)%Z) by (intros j; unfold win; now destruct (wins n (seen i) z j)).
  assert (N01 : forall j, (0 <= win j)%Z) by (intros j; unfold win; now destruct (wins n (seen i) z j)).
  assert (Some_wins : (1 <= zsum n win)%Z).
  { apply Z.le_trans with (win w); [unfold win; rewrite Ww; lia|].
    assert (G : forall m, (w < m)%nat -> (win w <= zsum m win)%Z); [|now apply G].
    induction m as [|m IH]; intros Hm; [lia|]. cbn [zsum]. pose proof (N01 m).
    assert (0 <= zsum m win)%Z by (rewrite <- (Z.mul_0_r (Z.of_nat m)), <- zsum_const; apply zsum_le; auto).
    destruct (Nat.eq_dec w m) as [->|]; [lia|]. specialize (IH ltac:(lia)). lia. }
  assert (Abs : zsum n (fun j => Z.abs (win j)) = zsum n win).
  { apply zsum_ext. intros j _. apply Z.abs_eq, N01. }
  assert (T : sum O n (own_shares shares i) = IZR (zsum n win)).
  { rewrite (sum_same _ _ _ HO _ _ (fun j => IZR (win j))) by exact Sh.
    rewrite (exact_sum _ _ _ HO); [apply rsum_IZR|intros; apply (domain_integer _ _ _ HO)|].
    rewrite rsum_abs_IZR, Abs. exact Hn. }
  assert (U : sum O n (fun j => mul O (own_shares shares i j) (IZR (zv rs l (s j) c))) = IZR (zsum n win * V)).
  { rewrite (sum_same _ _ _ HO _ _ (fun j => IZR (win j * V))).
    - assert (A : (Z.abs V <= 1)%Z) by apply coordinate_small.
      rewrite (exact_sum _ _ _ HO); [|intros; apply (domain_integer _ _ _ HO)|].
      + rewrite rsum_IZR. f_equal. rewrite Z.mul_comm, <- zsum_scale. apply zsum_ext. intros. ring.
      + rewrite rsum_abs_IZR. eapply Rle_trans; [apply IZR_le|exact Hn]. change (num_winners i) with (zsum n win).
        rewrite <- Abs. apply zsum_le. intros j _. rewrite Z.abs_mul. specialize (P01 j). nia.
    - intros j Hj. rewrite Sh by assumption.
      pose proof (values_small j c Hj Hc) as A. rewrite (exact_mul _ _ _ HO).
      + unfold win. destruct (wins n (seen i) z j) eqn:W; [rewrite (Hold j c Hj Hc W)|]; rewrite mult_IZR; fold V; ring.
      + eexists. reflexivity.
      + apply (domain_integer _ _ _ HO).
      + rewrite <- mult_IZR, <- abs_IZR. apply Rle_trans with 1; [|lra]. apply IZR_le. rewrite Z.abs_mul.
        specialize (P01 j). nia. }
  rewrite T, U. change (IZR (zsum n win) <= B) in Hn. apply (exact_div _ _ _ HO).
  - lia.
  - rewrite <- abs_IZR, Z.abs_eq by lia. exact Hn.
  - rewrite <- abs_IZR. eapply Rle_trans; [apply IZR_le|exact Hn].
    rewrite Z.abs_mul. assert (A : (Z.abs V <= 1)%Z) by apply coordinate_small. nia.
Qed.
End Head.

(** Graded, in real numbers: off by what rivals may get at most, twice their number times [gap]. *)
Section Graded.
Variable l : lookup.
Hypothesis fit : lookup_fits rs l.
Variable n : nat.
Variable s : stream.
Hypothesis ok : lookup_ok rs l n s.
Hypothesis fits_rows : forall i, (i < n)%nat -> row_fits rs (s i).
Variable x : nat -> nat -> R.
Hypothesis Hx : encodes n s x.
Notation h := (lower_lookup rs l).

Lemma rsum_others n' w c f : (w < n')%nat -> f w <= 0 -> 0 <= c -> (forall j, (j < n')%nat -> f j <= c) ->
  rsum n' f <= INR (n' - 1) * c.
Proof.
  intros Hw Fw Hc Hf.
  assert (G : forall m, (m <= n')%nat -> rsum m f <= INR (if (w <? m)%nat then m - 1 else m) * c).
  { induction m as [|m IH]; intros Hm; [cbn; lra|]. cbn [rsum]. specialize (IH ltac:(lia)). specialize (Hf m ltac:(lia)).
    destruct (Nat.eq_dec w m) as [->|N].
    - rewrite Nat.ltb_irrefl in IH. destruct (Nat.ltb_spec m (S m)); [|lia]. replace (S m - 1)%nat with m by lia. lra.
    - destruct (Nat.ltb_spec w m), (Nat.ltb_spec w (S m)); try lia.
      + replace (S m - 1)%nat with (S (m - 1)) by lia. rewrite S_INR. lra.
      + rewrite S_INR. lra. }
  specialize (G n' (le_n _)). destruct (Nat.ltb_spec w n'); [assumption|lia].
Qed.

Theorem attend_graded gap shares i c v : 0 <= gap -> graded gap shares -> (i < n)%nat -> finds l s n i v ->
  (c < size rs (answer l))%nat ->
  let o := attend real shares d h n x i c in
  Rabs (o - IZR (coordinate (type_of rs (answer l)) v c)) <= 2 * INR (n - 1) * gap /\
  ((exists k, type_of rs (answer l) = OneHot k) -> 0 <= o).
Proof.
  intros Hgap Hgr Hi Hv Hc o. set (B := Rmax 2 (IZR (lookup_need l))).
  pose proof (real_exact B) as HO.
  assert (HB : IZR (lookup_need l) <= B) by apply Rmax_r. assert (H2 : 2 <= B) by apply Rmax_l.
  set (p := own_shares l n x real shares i). set (V := IZR (coordinate (type_of rs (answer l)) v c)).
  assert (E : o = rsum n (fun j => p j * IZR (zv rs l (s j) c)) / rsum n p).
  { unfold o. rewrite (attend_at l fit n s x Hx _ B real HO H2) by (auto; now rewrite length_value). reflexivity. }
  destruct (Hgr n (seen l i) (zscore rs l s i)
    (once real n (fun j => sum real (length (query h)) (fun b =>
      mul real (project real d n (query h) x i b) (project real d n (key h) x j b))))) as (P0 & _ & PW).
  { intros j Hj. now apply (scores_are l fit n s ok x Hx _ B real HO HB H2). }
  fold (own_shares l n x real shares i) in P0, PW. fold p in P0, PW.
  destruct (winners_hold l fit n s ok fits_rows i v Hi Hv) as ((w & Hw & Ww) & Hold).
  destruct (PW w Hw Ww) as (Pw & Rivals).
  assert (T : p w <= rsum n p).
  { rewrite <- (rsum_single n w p Hw). apply rsum_le. intros j Hj. destruct (j =? w)%nat; [lra|now apply P0]. }
  assert (VB : forall j, (j < n)%nat -> Rabs (IZR (zv rs l (s j) c) - V) <= 2).
  { intros j Hj. unfold V. rewrite <- minus_IZR, <- abs_IZR. apply IZR_le.
    pose proof (values_small l fit n s ok j c Hj Hc). pose proof (coordinate_small (type_of rs (answer l)) v c). lia. }
  split.
  - rewrite E.
    replace (rsum n (fun j => p j * IZR (zv rs l (s j) c)) / rsum n p - V)
      with (rsum n (fun j => p j * (IZR (zv rs l (s j) c) - V)) / rsum n p).
    2: { rewrite (rsum_ext _ _ (fun j => p j * IZR (zv rs l (s j) c) + - V * p j)) by (intros; ring).
         rewrite rsum_plus, rsum_scal. field. lra. }
    unfold Rdiv. rewrite Rabs_mult, (Rabs_right (/ rsum n p)) by (left; apply Rinv_0_lt_compat; lra).
    apply Rmult_le_reg_r with (rsum n p); [lra|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    eapply Rle_trans; [apply rsum_Rabs|].
    apply Rle_trans with (INR (n - 1) * (2 * gap * p w)).
    + apply (rsum_others n w); [assumption| |nra|].
      * rewrite (Hold w c Hw Hc Ww). fold V. rewrite Rminus_eq_0, Rmult_0_r, Rabs_R0. lra.
      * intros j Hj. destruct (Rivals j Hj) as [Same Less]. rewrite Rabs_mult, (Rabs_right (p j)) by (apply Rle_ge; auto).
        destruct (wins n (seen l i) (zscore rs l s i) j) eqn:Wj.
        -- rewrite (Hold j c Hj Hc Wj). fold V. rewrite Rminus_eq_0, Rabs_R0, Rmult_0_r. nra.
        -- specialize (Less eq_refl). specialize (VB j Hj). specialize (P0 j Hj).
           apply Rle_trans with (p j * 2); [now apply Rmult_le_compat_l|]. lra.
    + pose proof (pos_INR (n - 1)). assert (0 <= 2 * INR (n - 1) * gap) by nra. nra.
  - intros (k & Ek). rewrite E. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; lra].
    apply rsum_nonneg. intros j Hj. apply Rmult_le_pos; [now apply P0|]. apply IZR_le.
    now apply (values_positive l fit s j c k).
Qed.
End Graded.

End Attention.
