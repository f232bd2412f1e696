(** The cellular network in floats, not saturated: rounding happens in softmax, and after each block every residual
    stream is, bit by bit, that of the machine's registers. Nothing is assumed of the order of summation, but that sums
    of the same length are taken in the same order, nor of what comes of an overflow. What arrives is off by up to 1/4,
    and rounded; the two units of a rule read the same sum, and their biases take from it what is exact: so their
    difference is exactly 0 or 1. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Flocq Require Import Core.
From Tmformer Require Import Machine Transformer Numbers Program Cellular Decoding Symbolic Layout Arithmetic Same Sums.
From Tmformer Require Import Normalisers Scores Attention Tables Blocks File CellularSteps CellularSharp CellularNetwork.
From Tmformer Require Import GradedSums GradedHeads GradedSoftmax.
Import ListNotations.
Local Open Scope R_scope.

Section Graded.
Variables p least most : Z.
Variable overflow : R -> R.
Variable order : nat -> tree.
Hypothesis precise : (8 <= p)%Z.
Hypothesis small_numbers : (least <= 2 - p)%Z.
Hypothesis has_range : (p <= most)%Z.
Hypothesis ordered : is_order order.
Local Instance precise_positive : Prec_gt_0 p. Proof. unfold Prec_gt_0; lia. Qed.
Notation O := (float p least most overflow order).
Notation format := (generic_format radix2 (FLT_exp least p)).
Notation rounded := (rounded p least most overflow).
Notation range := (bpow radix2 most).

Variable M : machine.
Variables digits n : nat.
Notation rs := (registers M digits).
Notation d := (d_model rs).
Hypothesis machine_ok : is_machine M.
Hypothesis some_digits : (1 <= digits)%nat.
Hypothesis enough_digits : (n <= 2 ^ digits)%nat.
Hypothesis few_digits : (2 * (Z.of_nat digits + 1) <= 2 ^ (p - 1))%Z.

Lemma float_is_exact : exact_on halves (bpow radix2 (p - 1)) O.
Proof. apply float_exact; auto; lia. Qed.

Lemma large : 128 <= bpow radix2 (p - 1) /\ 256 <= range.
Proof. split; [now apply B_large|now apply (range_large p most)]. Qed.

(** A small weight times a number of the format, exactly. *)
Lemma weight_times w y : (Z.abs w <= 2)%Z -> format y -> Rabs y <= 4 -> mul O (half O (2 * w)) y = IZR w * y.
Proof.
  intros Hw F B. destruct large as [L1 L2]. apply (small_IZR w 2) in Hw as Hw'.
  rewrite (half_integer _ _ _ float_is_exact) by lra. cbn [mul float].
  apply rounded_format; auto; [now apply format_double|]. rewrite Rabs_mult.
  assert (Rabs (IZR w) * Rabs y <= 2 * 4) by (apply Rmult_le_compat; auto using Rabs_pos). lra.
Qed.

Lemma stage_ok : stage_fits rs (the_stage M).
Proof. apply (cellular_fits M digits machine_ok some_digits (the_stage M) (or_introl eq_refl)). Qed.

Lemma known r : kind M r -> (r < length rs)%nat.
Proof. apply kind_known. Qed.
Lemma arriving_known : (arriving M < length rs)%nat.
Proof. apply known. constructor. Qed.
Lemma arriving_size : size rs (arriving M) = states M.
Proof. unfold size. now rewrite (proj1 (arriving_type M digits)). Qed.

(** * What attention leaves *)
Section Row.
Variable c : nat.
Variables eps tiny : R.
Hypothesis sharp : sharp_in_floats p digits n c eps tiny.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R.
Hypothesis graded : graded_shares p least (IZR (2 * (Z.of_nat digits + 1))) c eps tiny shares.
Variables s s' : stream.
Hypothesis Hs : orderly M digits n s.
Hypothesis Hstep : stage_step rs (the_stage M) n s s'.
Variable x : nat -> nat -> R.
Hypothesis Hx : encodes rs n s x.
Variable i : nat.
Hypothesis Hi : (i < n)%nat.
Variable v : nat -> option nat.
Hypothesis Hears : hears (lookups (the_stage M)) s n i v.
Notation ls := (lookups (the_stage M)).
Definition brought (m : move) (q : nat) : R := attend O shares d (lower_lookup rs (fetch M (asked M m) m)) n x i q.
Notation y := (attended O shares d (map (lower_lookup rs) ls) n x i).
Notation all := (messages O shares d (map (lower_lookup rs) ls) n x).
Notation near a b := (format a /\ 0 <= a <= 1 /\ Rabs (a - b) <= 1 / 4).

(** Of what heads bring one is not zero, at most. *)
Lemma arrives : exists m0, forall q, (q < states M)%nat ->
  near (brought m0 q) (IZR (coordinate (OneHot (states M)) (v (arriving M)) q)) /\ forall m, m <> m0 -> brought m q = 0.
Proof.
  destruct (heads_graded p least most overflow order precise small_numbers has_range ordered M digits n some_digits
    enough_digits few_digits c eps tiny sharp shares graded s x i Hs) as (m0 & G); auto.
  { intros m. apply (lookups_ok _ _ _ _ _ Hstep). cbn [the_stage lookups]. apply in_map_iff. exists m.
    destruct m; cbn; auto. }
  { apply (rows_fit _ _ _ _ _ Hstep). }
  exists m0. intros q Hq. destruct Hears as (heard & F & Empty & Held). cbn [the_stage lookups map] in F, Empty, Held.
  inversion F as [|? h1 ? ? F1 T1]; subst. inversion T1 as [|? h2 ? ? F2 T2]; subst.
  inversion T2 as [|? h3 ? ? F3 T3]; subst. inversion T3; subst. clear F T1 T2 T3.
  destruct (G Right h1 q F1 Hq) as (A1 & A2 & A3 & A4). destruct (G Left h2 q F2 Hq) as (B1 & B2 & B3 & B4).
  destruct (G Stay h3 q F3 Hq) as (C1 & C2 & C3 & C4). fold (brought Right q) in *. fold (brought Left q) in *.
  fold (brought Stay q) in *. specialize (Held (arriving M)). cbn [combine filter fst snd fetch into] in Held.
  rewrite Nat.eqb_refl in Held. assert (E : s i (arriving M) = None) by (apply (Empty _ (or_introl eq_refl))).
  clear G Empty F1 F2 F3.
  destruct m0; repeat match goal with N : ?a <> ?b -> _ |- _ =>
      first [specialize (N ltac:(discriminate)); destruct N as [? ->] | clear N] end.
  - split; [|intros []; congruence]. destruct h2; cbn [andb] in Held; rewrite Held, ?E; auto.
  - split; [|intros []; congruence]. destruct h3; cbn [andb] in Held; rewrite Held, ?E; auto.
  - split; [|intros []; congruence]. destruct h1; cbn [andb] in Held; rewrite Held, ?E; auto.
Qed.

Lemma heard_elsewhere r : r <> arriving M -> v r = s i r.
Proof. apply (proj1 (arrived_from M digits n some_digits enough_digits s i v Hs Hi Hears)). Qed.

Lemma empty_before : s i (arriving M) = None.
Proof. destruct Hears as (heard & F & Empty & Held). exact (Empty (fetch M (asked M Right) Right) (or_introl eq_refl)). Qed.

(** A message is one of a head's values, and goes to the register of arrivals. *)
Lemma message_is e r k : In e all -> (r < length rs)%nat -> (k < size rs r)%nat -> exists m q, (q < states M)%nat /\
  snd e i = brought m q /\ entry (fst e) (first rs r + k) = if (arriving M =? r)%nat && (q =? k)%nat then 1%Z else 0%Z.
Proof.
  intros He Hr Hk. unfold messages in He. apply in_flat_map in He as (h & Hh & He).
  apply in_map_iff in Hh as (l & <- & Hl). apply in_map_iff in He as (q & <- & Hq). apply in_seq in Hq.
  rewrite length_value in Hq. cbn [fst snd].
  assert (Hl' := Hl). cbn [the_stage lookups] in Hl'. apply in_map_iff in Hl' as (m & <- & _). exists m, q.
  assert (Hq' : (q < states M)%nat).
  { cbn [fetch answer] in Hq. unfold size in Hq. rewrite message_type in Hq. cbn in Hq. lia. }
  split; [exact Hq'|]. split; [reflexivity|]. rewrite (output_entry rs (the_stage M) stage_ok); auto.
  cbn [fetch into]. now rewrite arriving_size.
Qed.

(** What all heads add to a coordinate. *)
Lemma mixed_graded r k : (r < length rs)%nat -> (k < size rs r)%nat ->
  exists a, y (first rs r + k)%nat = rounded (IZR (coordinate (type_of rs r) (s i r) k) + a) /\
    (r <> arriving M -> a = 0) /\
    (r = arriving M -> near a (IZR (coordinate (type_of rs r) (v (arriving M)) k))).
Proof.
  intros Hr Hk. set (f := (first rs r + k)%nat). destruct arrives as (m0 & G). destruct large as [_ R256].
  set (a := if (arriving M =? r)%nat then brought m0 k else 0).
  assert (Ka : r = arriving M -> (k < states M)%nat) by (intros ->; now rewrite arriving_size in Hk).
  assert (Na : format a /\ 0 <= a <= 1).
  { unfold a. destruct (Nat.eqb_spec (arriving M) r) as [E|]; [|split; [apply generic_format_0|lra]].
    destruct (G k (Ka (eq_sym E))) as ((A & B & _) & _). now split. }
  exists a. split; [|split].
  - unfold attended. rewrite once2_at by (auto; now apply first_below). cbn [add float].
    rewrite Hx by (auto; now apply first_below).
    replace (flat rs (s i) f) with (coordinate (type_of rs r) (s i r) k) by (symmetry; now apply flat_at).
    do 2 f_equal. set (none := ([], fun _ : nat => half O 0)).
    assert (T : forall e, In e all -> let '(w, o) := e in mul O (half O (2 * entry w f)) (o i) = IZR (entry w f) * o i /\
      (IZR (entry w f) * o i = 0 \/ IZR (entry w f) * o i = a)).
    { intros e He. destruct (message_is e r k He Hr Hk) as (m & q & Hq & E1 & E2). fold f in E2. destruct e as [w o].
      cbn [fst snd] in E1, E2.
      destruct (G q Hq) as ((F0 & B0 & _) & Z0).
      assert (Fm : format (brought m q) /\ 0 <= brought m q <= 1).
      { assert (D : m = m0 \/ m <> m0) by (destruct m, m0; auto; now right). destruct D as [->|D]; [now split|].
        rewrite (Z0 m D). split; [apply generic_format_0|lra]. }
      rewrite E1, E2. split.
      - apply weight_times; [destruct (_ && _); lia|apply Fm|rewrite Rabs_right; lra].
      - unfold a. destruct (Nat.eqb_spec (arriving M) r) as [Er|]; cbn [andb]; [|left; ring].
        destruct (Nat.eqb_spec q k) as [->|]; cbn [andb]; [|left; ring].
        assert (D : m = m0 \/ m <> m0) by (destruct m, m0; auto; now right). destruct D as [->|D]; [right; ring|left].
        rewrite (Z0 m D). ring. }
    assert (Fold : forall g : R -> R, g 0 = 0 ->
      rsum (length all) (fun e => g (IZR (entry (fst (nth e all none)) f) * snd (nth e all none) i)) = g a).
    { intros g Hg. rewrite (rsum_nth (fun e => g (IZR (entry (fst e) f) * snd e i)) all none).
      rewrite (messages_fold rs O shares n (the_stage M) x (fun e => g (IZR (entry (fst e) f) * snd e i))).
      cbn [the_stage lookups map fold_right]. unfold f.
      rewrite !(head_adds rs O shares n (the_stage M) stage_ok x) by
        (auto; cbn [the_stage lookups map In]; auto). cbn [fetch into]. unfold a.
        fold (brought Right k) (brought Left k) (brought Stay k).
      destruct (Nat.eqb_spec (arriving M) r) as [E|]; [|rewrite Hg; ring].
      destruct (G k (Ka (eq_sym E))) as (_ & Z0). destruct m0.
      - rewrite (Z0 Stay), (Z0 Right), Hg by discriminate. ring.
      - rewrite (Z0 Left), (Z0 Right), Hg by discriminate. ring.
      - rewrite (Z0 Left), (Z0 Stay), Hg by discriminate. ring. }
    rewrite (sum_same _ _ _ float_is_exact _ _ (fun e => IZR (entry (fst (nth e all none)) f) * snd (nth e all none) i)).
    + rewrite (sum_alone p least most overflow precise order ordered _ _ a).
      * apply (Fold (fun z => z)). reflexivity.
      * apply Na.
      * rewrite Rabs_right; lra.
      * intros e He. assert (I := T (nth e all none) (nth_In _ _ He)). destruct (nth e all none). apply I.
      * apply Req_le, (Fold Rabs), Rabs_R0.
    + intros e He. assert (I := T (nth e all none) (nth_In _ _ He)). destruct (nth e all none). apply I.
  - intros N. unfold a. destruct (Nat.eqb_spec (arriving M) r); congruence.
  - intros E. unfold a. rewrite E, Nat.eqb_refl. destruct (G k (Ka E)) as (H & _).
    now rewrite (proj1 (arriving_type M digits)).
Qed.

(** After attention a row holds what it held and what has arrived, that within 1/4. *)
Lemma attended_graded : close rs (the_table M) (fun _ => True) (1 / 4) v y /\
  forall f, (f < d)%nat -> format (y f) /\ Rabs (y f) <= 1.
Proof.
  destruct large as [_ R256].
  assert (K : forall r k, (r < length rs)%nat -> (k < size rs r)%nat ->
    (r <> arriving M -> y (first rs r + k)%nat = IZR (coordinate (type_of rs r) (v r) k)) /\
    (r = arriving M -> near (y (first rs r + k)%nat) (IZR (coordinate (type_of rs r) (v r) k)))).
  { intros r k Hr Hk. destruct (mixed_graded r k Hr Hk) as (a & -> & A1 & A2). split; intros E.
    - rewrite (A1 E), Rplus_0_r, heard_elsewhere by exact E. apply rounded_integer; auto; try lia.
      pose proof (small_IZR _ 1 (Scores.coordinate_small (type_of rs r) (s i r) k)). destruct large. lra.
    - specialize (A2 E). subst r. rewrite empty_before, coordinate_none, Rplus_0_l.
      destruct A2 as (F & B & A). rewrite rounded_format; auto. rewrite Rabs_right; lra. }
  split; [constructor|].
  - easy.
  - intros r k Hr Hk H. apply K; auto. intros ->. destruct H as [H|H].
    + rewrite (proj2 (arriving_type M digits)) in H. discriminate.
    + apply H. cbn [the_table clears]. now left.
  - intros r k Hr Hk S _. apply (scratch_only M digits) in S; [|now apply (register_kind M digits)].
    destruct (proj2 (K r k Hr Hk) S) as (F & B & A). split; [exact A|]. intros _ _. apply B.
  - intros f Hf. apply coordinate_of in Hf as (r & k & Hr & Hk & ->). destruct (K r k Hr Hk) as [K1 K2].
    destruct (Nat.eq_dec r (arriving M)) as [E|E].
    + destruct (K2 E) as (F & B & _). split; [exact F|]. rewrite Rabs_right; lra.
    + rewrite (K1 E). assert (C := Scores.coordinate_small (type_of rs r) (v r) k).
      split; [apply format_small; auto; lia|]. now apply (small_IZR _ 1).
Qed.
End Row.

(** * What the MLP makes of it *)
Section Mlp.
Variable v : nat -> option nat.
Hypothesis Hv : row_fits rs v.
Hypothesis Hok : table_ok (the_table M) v.
Variable y : nat -> R.
Hypothesis Hclose : close rs (the_table M) (fun _ => True) (1 / 4) v y.
Hypothesis Hy : forall f, (f < d)%nat -> format (y f) /\ Rabs (y f) <= 1.
Notation t := (the_table M).
Notation cc := (flat rs v).

Lemma table_known : table_fits rs t.
Proof. now apply table_fits_registers. Qed.

(** What a unit computes in floats, and what it adds to coordinate [f]. *)
Definition fired (w : hidden_unit) : R := relu O (add O (dot O d (reads w) y) (half O (bias w))).
Definition gives (f : nat) (w : hidden_unit) : R := IZR (entry (writes w) f) * fired w.

Lemma bias_exact b : (Z.abs b <= 64)%Z -> half O b = IZR b / 2.
Proof.
  intros H. destruct large. apply (exact_half _ _ _ float_is_exact). unfold Rdiv.
  rewrite Rabs_mult, (Rabs_right (/ 2)) by lra.
  apply small_IZR in H. lra.
Qed.

(** ** Clearing *)
Lemma clear_unit q w : In q (clears t) -> In w (lower_clear rs q) -> exists f, (f < d)%nat /\
  w = {| reads := [(f, 1%Z)]; bias := 0; writes := [(f, (-1)%Z)] |} /\ 0 <= y f.
Proof.
  intros Hq Hw. assert (Kq : (q < length rs)%nat) by now apply (clears_known _ _ table_known).
  assert (T : type_of rs q = OneHot (states M)).
  { cbn [the_table clears] in Hq. destruct Hq as [<-|[<-|[<-|[<-|[]]]]]; [apply arriving_type|apply message_type..]. }
  unfold lower_clear in Hw. apply in_flat_map in Hw as (f & Hf & Hw). rewrite T in Hw. destruct Hw as [<-|[]].
  exists f. unfold span in Hf. apply in_seq in Hf. replace f with (first rs q + (f - first rs q))%nat by lia.
  split; [apply first_below; [exact Kq|lia]|]. split; [reflexivity|].
  apply (near_at rs t (fun _ => True) (1 / 4) ltac:(lra) v y Hclose q (f - first rs q) Kq ltac:(lia)) with (states M).
  exact T.
Qed.

Lemma clear_fires q w : In q (clears t) -> In w (lower_clear rs q) -> fired w = unit_value y w /\
  exists f, (f < d)%nat /\ writes w = [(f, (-1)%Z)] /\ fired w = y f.
Proof.
  intros Hq Hw. destruct (clear_unit q w Hq Hw) as (f & Hf & -> & P). destruct (Hy f Hf) as [F B].
  destruct large as [_ R256].
  assert (E : dot O d [(f, 1%Z)] y = y f).
  { unfold dot. rewrite (sum_same _ _ _ float_is_exact _ _ (fun g => if (g =? f)%nat then y g else 0)).
    - rewrite (sum_alone p least most overflow precise order ordered _ _ (y f)).
      + now apply rsum_single.
      + exact F.
      + lra.
      + intros g _. destruct (Nat.eqb_spec g f) as [->|]; auto.
      + rewrite (rsum_ext _ (fun g => Rabs _) (fun g => if (g =? f)%nat then Rabs (y g) else 0)).
        * rewrite (rsum_single d f (fun g => Rabs (y g)) Hf). lra.
        * intros g _. destruct (g =? f)%nat; [reflexivity|apply Rabs_R0].
    - intros g Hg. destruct (Hy g Hg) as [Fg Bg]. rewrite entry_one, (Nat.eqb_sym f g).
      rewrite weight_times by (auto; destruct (g =? f)%nat; lia || lra). destruct (g =? f)%nat; ring. }
  assert (V : fired {| reads := [(f, 1%Z)]; bias := 0; writes := [(f, (-1)%Z)] |} = y f).
  { unfold fired. cbn [reads bias]. rewrite E, bias_exact by (cbn; lia). cbn [add relu float].
    replace (y f + 0 / 2) with (y f) by field. rewrite rounded_format by (auto; lra). now apply Rmax_right. }
  split; [|exists f; auto]. rewrite V. unfold unit_value. cbn [reads bias rdot fold_right fst snd].
  replace (1 * y f + 0 + 0 / 2) with (y f) by field. now rewrite Rmax_right.
Qed.

(** ** Rules *)
(** A rule reads one coordinate of a state that arrives, one of a symbol, and perhaps that of the edge. *)
Lemma rule_row ru : In ru (rules t) -> let w := flat_map (holds rs) (whenever ru) in
  (length w <= 3)%nat /\ columns_below d w /\ (forall g e, In (g, e) w -> (Z.abs e <= 1)%Z) /\
  (forall g, (Z.abs (entry w g) <= 1)%Z) /\
  (forall k, (k < states M)%nat -> (0 <= entry w (first rs (arriving M) + k))%Z) /\
  (2 <= fold_right (fun l rest => held rs l + rest)%Z 0%Z (whenever ru) <= 3)%Z /\
  existsb (fun l => is_scratch rs (fst l)) (whenever ru) = true.
Proof.
  intros H w. assert (Hin := H). cbn [the_table rules] in H. unfold transitions in H. apply in_flat_map in H as (q & Hq & H).
  apply in_flat_map in H as (a & Ha & H). apply in_seq in Hq, Ha.
  destruct (transition_rule M q a ru H) as (rest & writes & w' & m & m' & q' & _ & E & R & _).
  pose proof (arriving_type M digits) as [AT AS]. pose proof (symbol_type M digits) as ST.
  pose proof arriving_known as KA. assert (KS : (symbol M < length rs)%nat) by (apply known; constructor).
  assert (NS : arriving M <> symbol M) by (names; destruct (one_way M); lia).
  assert (LA : holds rs (arriving M, Some q) = [((first rs (arriving M) + q)%nat, 1%Z)]) by (unfold holds, vector;
    cbn [fst snd]; now rewrite AT).
  assert (LS : holds rs (symbol M, Some a) = [((first rs (symbol M) + a)%nat, 1%Z)]) by (unfold holds, vector;
    cbn [fst snd]; now rewrite ST).
  assert (HA : held rs (arriving M, Some q) = 1%Z) by (unfold held, vector; cbn [fst snd]; now rewrite AT).
  assert (HS : held rs (symbol M, Some a) = 1%Z) by (unfold held, vector; cbn [fst snd]; now rewrite ST).
  assert (SA : (q < size rs (arriving M))%nat) by (rewrite arriving_size; lia).
  assert (SS : (a < size rs (symbol M))%nat) by (unfold size; rewrite ST; cbn; lia).
  assert (X : (first rs (arriving M) + q)%nat <> (first rs (symbol M) + a)%nat).
  { intros X. apply coordinate_unique in X; auto. now destruct X. }
  assert (LR : flat_map (holds rs) rest = [] /\ fold_right (fun l rest => held rs l + rest)%Z 0%Z rest = 0%Z \/
    exists g e, flat_map (holds rs) rest = [(g, e)] /\ (Z.abs e <= 1)%Z /\ (g < d)%nat /\
      (forall r k, (r = arriving M \/ r = symbol M) -> (k < size rs r)%nat -> (first rs r + k)%nat <> g) /\
      (0 <= fold_right (fun l rest => held rs l + rest)%Z 0%Z rest <= 1)%Z).
  { destruct R as [-> | (Y & e & -> & He)]; [now left|right].
    pose proof (proj2 (proj2 (flag_type M digits)) Y) as ET.
    assert (KE : (edge < length rs)%nat) by (apply known; now constructor).
    assert (NE : arriving M <> edge /\ symbol M <> edge) by (names; rewrite Y; lia).
    assert (SE : size rs edge = 1%nat) by (unfold size; now rewrite ET).
    exists (first rs edge + 0)%nat, (match e with None => -1 | Some _ => 1 end)%Z.
    split; [|split; [|split; [|split]]].
    - destruct He as [-> | ->]; unfold holds, vector, span; cbn [flat_map fst snd]; rewrite ?SE, ?ET; cbn [map seq app];
        now rewrite Nat.add_0_r.
    - destruct e; lia.
    - apply first_below; [exact KE|lia].
    - intros r k Hr Hk X'. assert (r < length rs)%nat by (destruct Hr as [-> | ->]; assumption).
      apply coordinate_unique in X'; auto; [|lia]. destruct X' as [-> _], NE, Hr; congruence.
    - cbn [fold_right]. destruct He as [-> | ->]; unfold held, vector; cbn [fst snd]; [lia|]. rewrite ET. cbn. lia. }
  assert (W : w = ((first rs (arriving M) + q)%nat, 1%Z) :: ((first rs (symbol M) + a)%nat, 1%Z) ::
    flat_map (holds rs) rest).
  { unfold w. rewrite E. cbn [flat_map]. now rewrite LA, LS. }
  assert (Fa : (first rs (arriving M) + q < d)%nat) by now apply first_below.
  assert (Fs : (first rs (symbol M) + a < d)%nat) by now apply first_below.
  assert (Held : fold_right (fun l rest => held rs l + rest)%Z 0%Z (whenever ru) =
    (2 + fold_right (fun l rest => held rs l + rest)%Z 0%Z rest)%Z).
  { rewrite E. cbn [fold_right]. rewrite HA, HS. lia. }
  assert (Ex : existsb (fun l => is_scratch rs (fst l)) (whenever ru) = true).
  { rewrite E. cbn [existsb fst]. now rewrite AS. }
  rewrite Held, W. clear W w Held. destruct LR as [(-> & ->)|(g & e & -> & He & Hg & Ng & Hh)].
  - split; [cbn; lia|]. split; [intros g e [G|[G|[]]]; injection G as <- _; assumption|].
    split; [intros g e [G|[G|[]]]; injection G as _ <-; lia|].
    split; [|split; [|split; [lia|exact Ex]]]; intros g; [|intros _]; rewrite !entry_cons; cbn [entry fold_right];
      repeat match goal with |- context [(?a =? ?b)%nat] => destruct (Nat.eqb_spec a b) end; lia.
  - split; [cbn; lia|]. split; [intros g' e' [G|[G|[G|[]]]]; injection G as <- _; assumption|].
    split; [intros g' e' [G|[G|[G|[]]]]; injection G as _ <-; lia|].
    pose proof (Ng _ _ (or_introl eq_refl) SA) as N1. pose proof (Ng _ _ (or_intror eq_refl) SS) as N2.
    split; [|split; [|split; [lia|exact Ex]]]; intros g'.
    + rewrite !entry_cons; cbn [entry fold_right].
      repeat match goal with |- context [(?a =? ?b)%nat] => destruct (Nat.eqb_spec a b) end; lia.
    + intros Hg'. assert (N3 : (first rs (arriving M) + g')%nat <> g) by (apply Ng; [now left|now rewrite arriving_size]).
      rewrite !entry_cons; cbn [entry fold_right].
      repeat match goal with |- context [(?a =? ?b)%nat] => destruct (Nat.eqb_spec a b) end; lia.
Qed.

(** The row, with what may be off taken as small, and as large, as it can be. *)
Definition off (f : nat) : bool := ((first rs (arriving M) <=? f) && (f <? first rs (arriving M) + states M))%nat.
Definition low (f : nat) : R := if off f then 3 / 4 * IZR (cc f) else IZR (cc f).
Definition high (f : nat) : R := if off f then 1 / 4 + 3 / 4 * IZR (cc f) else IZR (cc f).

Lemma off_spec r k : (r < length rs)%nat -> (k < size rs r)%nat -> off (first rs r + k) = (r =? arriving M)%nat.
Proof.
  intros Hr Hk. apply eq_true_iff_eq. unfold off. rewrite andb_true_iff, Nat.leb_le, Nat.ltb_lt, Nat.eqb_eq. split.
  - intros H. apply (coordinate_unique rs r k (arriving M) (first rs r + k - first rs (arriving M))); auto;
      [apply arriving_known|rewrite arriving_size; lia|lia].
  - intros ->. rewrite arriving_size in Hk. lia.
Qed.

Lemma elsewhere r k : (r < length rs)%nat -> (k < size rs r)%nat -> r <> arriving M ->
  y (first rs r + k)%nat = IZR (cc (first rs r + k)).
Proof.
  intros Hr Hk N. rewrite flat_at by assumption. apply (close_certain _ _ _ _ _ _ Hclose); auto. left.
  destruct (is_scratch rs r) eqn:S; [|reflexivity]. now apply (scratch_only M digits) in S;
    [|apply (register_kind M digits)].
Qed.

Lemma there k : (k < states M)%nat -> let f := (first rs (arriving M) + k)%nat in
  (IZR (cc f) = 0 \/ IZR (cc f) = 1) /\ 0 <= y f <= 1 /\ Rabs (y f - IZR (cc f)) <= 1 / 4.
Proof.
  intros Hk f. assert (Hk' : (k < size rs (arriving M))%nat) by now rewrite arriving_size.
  unfold f. rewrite flat_at by (auto using arriving_known). rewrite (proj1 (arriving_type M digits)). split.
  - destruct (v (arriving M)); cbn; [destruct (_ =? _)%nat|]; auto.
  - destruct (close_uncertain _ _ _ _ _ _ Hclose (arriving M) k arriving_known Hk') as [A P].
    + apply arriving_type.
    + cbn [the_table clears]. now left.
    + specialize (P _ (proj1 (arriving_type M digits))). rewrite (proj1 (arriving_type M digits)) in A. split; [|exact A].
      destruct (Hy _ (first_below rs _ k arriving_known Hk')) as [_ B]. apply abs_bounds in B. lra.
Qed.

Lemma between f : (f < d)%nat -> multiple (-2) (low f) /\ multiple (-2) (high f) /\ low f <= y f <= high f /\
  Rabs (low f) <= 1 /\ Rabs (high f) <= 1 /\ (off f = false -> low f = y f /\ high f = y f).
Proof.
  intros Hf. apply coordinate_of in Hf as (r & k & Hr & Hk & ->). unfold low, high. rewrite off_spec by assumption.
  destruct (Nat.eqb_spec r (arriving M)) as [->|N].
  - rewrite arriving_size in Hk. destruct (there k Hk) as (C & B & A). apply abs_bounds in A.
    assert (Q : forall z, multiple (-2) (IZR z / 4)) by (intros z; exists z; cbn; lra).
    destruct C as [C|C]; rewrite C in *; rewrite ?Rmult_0_r, ?Rmult_1_r, ?Rplus_0_r.
    + split; [apply multiple_0|]. split; [apply (Q 1%Z)|]. rewrite Rabs_R0, Rabs_right by lra.
      repeat split; lra || easy.
    + split; [apply (Q 3%Z)|]. split; [replace (1 / 4 + 3 / 4) with (4 / 4) by lra; apply (Q 4%Z)|].
      rewrite !Rabs_right by lra. repeat split; lra || easy.
  - rewrite (elsewhere r k Hr Hk N). rewrite flat_at by assumption.
    assert (C := small_IZR _ 1 (Scores.coordinate_small (type_of rs r) (v r) k)).
    split; [apply multiple_integer; lia|]. split; [apply multiple_integer; lia|]. repeat split; lra.
Qed.

Lemma close_to g : (forall f, (f < d)%nat -> off f = false -> g f = y f) ->
  (forall k, (k < states M)%nat -> let f := (first rs (arriving M) + k)%nat in
    0 <= g f /\ Rabs (g f - IZR (cc f)) <= 1 / 4) ->
  close rs t (fun _ => True) (1 / 4) v g.
Proof.
  intros G1 G2. constructor.
  - easy.
  - intros r k Hr Hk H. rewrite G1; [now apply (close_certain _ _ _ _ _ _ Hclose)|now apply first_below|].
    rewrite off_spec by assumption. destruct (Nat.eqb_spec r (arriving M)) as [->|]; [|reflexivity]. exfalso.
    destruct H as [H|H].
    + rewrite (proj2 (arriving_type M digits)) in H. discriminate.
    + apply H. cbn [the_table clears]. now left.
  - intros r k Hr Hk S _. apply (scratch_only M digits) in S; [|now apply (register_kind M digits)]. subst r.
    assert (Hk' := Hk). rewrite arriving_size in Hk'. destruct (G2 k Hk') as [P A]. rewrite flat_at in A by assumption.
    now split.
Qed.

(** What a rule's units read, in floats: twice what it would be, off by 1/2 at most. *)
Lemma rule_reads ru : In ru (rules t) -> let w := flat_map (holds rs) (whenever ru) in let s := dot O d (scaled 2 w) y in
  2 * IZR (zdot w cc) - 1 / 2 <= s <= 2 * IZR (zdot w cc) + 1 / 2 /\ -13 <= s /\ format s.
Proof.
  intros Hru w s. destruct (rule_row ru Hru) as (Len & Cols & Small & Ent & Pos & _). fold w in Len, Cols, Small, Ent, Pos.
  assert (Cols2 : columns_below d (scaled 2 w)).
  { intros g e Hg. unfold scaled in Hg. apply in_map_iff in Hg as ([g' e'] & E & Hg). injection E as <- _.
    now apply (Cols g' e'). }
  destruct large as [L128 R256].
  assert (Abs : forall x, (forall f, (f < d)%nat -> Rabs (x f) <= 1) ->
    rsum d (fun f => Rabs (IZR (entry (scaled 2 w) f) * x f)) <= 12).
  { intros x Hx. eapply Rle_trans; [now apply rsum_dot_abs|]. rewrite rdot_abs_scaled, (Rabs_right 2) by lra.
    assert (rdot_abs w x <= 2 * INR (length w)).
    { apply Tables.rdot_abs_small. intros g e Hg. split; [now apply (Small g)|]. specialize (Hx g (Cols g e Hg)). lra. }
    apply le_INR in Len. replace (INR 3) with 3 in Len by (cbn; lra). lra. }
  assert (S : s = sum O d (fun f => IZR (entry (scaled 2 w) f) * y f)).
  { apply (sum_same _ _ _ float_is_exact). intros f Hf. destruct (Hy f Hf). apply weight_times; [|assumption|lra].
    rewrite entry_scaled. specialize (Ent f). lia. }
  assert (Signs : forall f, (f < d)%nat -> off f = false \/ 0 <= IZR (entry (scaled 2 w) f)).
  { intros f Hf. apply coordinate_of in Hf as (r & k & Hr & Hk & ->). rewrite off_spec by assumption.
    destruct (Nat.eqb_spec r (arriving M)) as [->|]; [right|now left]. apply IZR_le. rewrite entry_scaled.
    rewrite arriving_size in Hk. specialize (Pos k Hk). lia. }
  destruct (sum_between p least most overflow precise order ordered (-2) 12 d
    (fun f => IZR (entry (scaled 2 w) f) * low f) (fun f => IZR (entry (scaled 2 w) f) * y f)
    (fun f => IZR (entry (scaled 2 w) f) * high f)) as [B F].
  - lia.
  - apply Rle_trans with (bpow radix2 6); [cbn; lra|apply bpow_le; lia].
  - lra.
  - intros f Hf. destruct (between f Hf) as (M1 & M2 & B & _ & _ & Same). destruct (Hy f Hf) as [Fy By].
    split; [now apply multiple_mul|]. split; [now apply multiple_mul|]. split.
    + destruct (Signs f Hf) as [E|E]; [destruct (Same E) as [-> ->]; lra|]. split; now apply Rmult_le_compat_l.
    + apply format_double; auto. rewrite entry_scaled. specialize (Ent f). lia.
  - apply Abs. intros f Hf. apply (between f Hf).
  - apply Abs. intros f Hf. apply (between f Hf).
  - rewrite <- S in B, F. split; [|split; [|exact F]].
    + rewrite !rsum_dot, !rdot_scaled in B by assumption.
      assert (N : forall g, close rs t (fun _ => True) (1 / 4) v g -> Rabs (rdot w g - IZR (zdot w cc)) <= 1 / 4).
      { intros g Hg. eapply Rle_trans.
        - apply (near_value rs t (fun _ => True) (1 / 4) ltac:(lra) v g table_known (transitions_plain M digits) Hg ru Hru).
        - destruct (rule_sizes M digits 0 0%Z some_digits) with (ru := ru) as [_ Sc]; auto.
          { pose proof (Nat.pow_nonzero 2 digits). lia. }
          apply le_INR in Sc. change (INR 1) with 1 in Sc. lra. }
      assert (N1 : Rabs (rdot w low - IZR (zdot w cc)) <= 1 / 4).
      { apply N, close_to.
        - intros f Hf E. now apply (between f Hf).
        - intros k Hk f. destruct (there k Hk) as (C & _). fold f in C. unfold low, f.
          rewrite off_spec, Nat.eqb_refl by (auto using arriving_known; now rewrite arriving_size). fold f.
          destruct C as [-> | ->]; (split; [lra|apply Rabs_le; lra]). }
      assert (N2 : Rabs (rdot w high - IZR (zdot w cc)) <= 1 / 4).
      { apply N, close_to.
        - intros f Hf E. now apply (between f Hf).
        - intros k Hk f. destruct (there k Hk) as (C & _). fold f in C. unfold high, f.
          rewrite off_spec, Nat.eqb_refl by (auto using arriving_known; now rewrite arriving_size). fold f.
          destruct C as [-> | ->]; (split; [lra|apply Rabs_le; lra]). }
      apply abs_bounds in N1, N2. lra.
    + assert (A := Abs low ltac:(intros f Hf; apply (between f Hf))).
      pose proof (rsum_Rabs d (fun f => IZR (entry (scaled 2 w) f) * low f)) as A'.
      assert (A3 := Rle_trans _ _ _ A' A). apply abs_bounds in A3. lra.
Qed.

(** A gate that is closed is 0, exactly. *)
Lemma closed a b : format a -> -13 <= a -> (-11 <= b <= 0)%Z -> a + IZR b / 2 <= 0 -> relu O (add O a (half O b)) = 0.
Proof.
  intros F La Hb H. rewrite bias_exact by lia. cbn [add relu float]. destruct large as [_ R256]. apply Rmax_left.
  assert (Lb : -11 <= IZR b) by (apply IZR_le; lia).
  destruct (rounded_between p least most overflow precise (IZR (-32)) 0 (a + IZR b / 2)) as (B & _); try lra.
  - apply (multiple_format p least precise 0); [lia|apply multiple_integer; lia|].
    rewrite Rabs_left by lra. apply Rle_trans with (bpow radix2 5); [cbn; lra|apply bpow_le; lia].
  - apply generic_format_0.
  - rewrite Rabs_left; lra.
  - rewrite Rabs_R0. lra.
Qed.

(** One that is open is exact. *)
Lemma opened a b : format a -> 2 <= a -> (-11 <= b <= 0)%Z -> 0 <= a + IZR b / 2 <= 2 ->
  relu O (add O a (half O b)) = a + IZR b / 2 /\ multiple (2 - p) (a + IZR b / 2).
Proof.
  intros F La Hb H. assert (K : multiple (2 - p) (a + IZR b / 2)).
  { apply multiple_add; [now apply (format_coarse p least)|]. apply multiple_half. lia. }
  split; [|exact K]. rewrite bias_exact by lia. cbn [add relu float]. destruct large as [_ R256].
  rewrite (rounded_multiple p least most overflow precise (2 - p)); auto.
  - apply Rmax_right. lra.
  - rewrite Rabs_right by lra. apply Rle_trans with (bpow radix2 1); [cbn; lra|apply bpow_le; lia].
  - rewrite Rabs_right; lra.
Qed.

(** A rule's two units: their difference is 1 where it fires, and nothing is there where it does not. *)
Lemma rule_units ru : In ru (rules t) -> exists w1 w2, lower_rule rs t ru = [w1; w2] /\
  writes w1 = effect rs t ru /\ writes w2 = scaled (-1) (effect rs t ru) /\
  multiple (2 - p) (fired w1) /\ multiple (2 - p) (fired w2) /\ 0 <= fired w1 <= 2 /\ 0 <= fired w2 <= 2 /\
  (if fires v ru then fired w1 - fired w2 = 1 /\ fired w1 + fired w2 <= 3 else fired w1 = 0 /\ fired w2 = 0).
Proof.
  intros Hru. destruct (rule_row ru Hru) as (_ & _ & _ & _ & _ & Held & Ex).
  destruct (rule_reads ru Hru) as (B & L & F).
  pose proof (exact_value rs t v table_known (transitions_plain M digits) Hv ru Hru) as X.
  unfold lower_rule. rewrite Ex. set (w := flat_map (holds rs) (whenever ru)) in *.
  set (m := fold_right _ 0%Z (whenever ru)) in *. eexists. eexists. split; [reflexivity|]. cbn [writes].
  split; [reflexivity|]. split; [reflexivity|]. unfold fired. cbn [reads bias].
  set (s := dot O d (scaled 2 w) y) in *.
  assert (E1 : IZR (3 - 4 * m) / 2 = 3 / 2 - 2 * IZR m) by (rewrite minus_IZR, mult_IZR; field).
  assert (E2 : IZR (1 - 4 * m) / 2 = 1 / 2 - 2 * IZR m) by (rewrite minus_IZR, mult_IZR; field).
  assert (Hm : 2 <= IZR m) by (apply IZR_le; lia). clear Ex.
  destruct (fires v ru).
  - rewrite X in B. destruct (opened s (3 - 4 * m)) as [O1 M1]; try lia; try lra; auto.
    destruct (opened s (1 - 4 * m)) as [O2 M2]; try lia; try lra; auto.
    rewrite O1, O2. split; [exact M1|]. split; [exact M2|]. rewrite E1, E2. lra.
  - apply IZR_le in X. rewrite minus_IZR in X. rewrite !closed by (auto; lia || lra).
    split; [apply multiple_0|]. split; [apply multiple_0|]. lra.
Qed.

(** What rules write. *)
Lemma effect_small ru r k : In ru (rules t) -> (r < length rs)%nat -> (k < size rs r)%nat ->
  (Z.abs (entry (effect rs t ru) (first rs r + k)) <= Z.of_nat (length (writes_to ru r)))%Z /\
  (length (writes_to ru r) <= 2)%nat /\ (r = arriving M -> writes_to ru r = []).
Proof.
  intros Hru Hr Hk. assert (K : (length (then_write ru) <= 2)%nat /\
    forall r a, In (r, a) (then_write ru) -> r <> arriving M /\ exists c, type_of rs r = OneHot c).
  { assert (H := Hru). cbn [the_table rules] in H. unfold transitions in H. apply in_flat_map in H as (q & _ & H).
    apply in_flat_map in H as (a & _ & H).
    destruct (transition_rule M q a ru H) as (rest & ws & w' & m & m' & q' & _ & _ & _ & W & S). rewrite W. split.
    - rewrite app_length. destruct S as [-> | ->]; cbn; lia.
    - intros r' a' I. apply in_app_or in I as [I|[I|[]]].
      + destruct S as [-> | ->]; [destruct I|]. destruct I as [I|[]]. injection I as <- _.
        split; [names; destruct (one_way M); lia|]. exists (symbols M). apply symbol_type.
      + injection I as <- _. split; [destruct m'; names; destruct (one_way M); lia|]. exists (states M).
        apply message_type. }
  destruct K as [Len Kind].
  assert (In_w : forall a, In a (writes_to ru r) -> In (r, a) (then_write ru)).
  { intros a I. unfold writes_to in I. apply in_map_iff in I as ([r' a'] & E & I). apply filter_In in I as [I E'].
    cbn in E, E'. apply Nat.eqb_eq in E'. now subst. }
  split; [|split].
  - rewrite entry_effect by (auto; now apply (rules_fit _ _ table_known)).
    rewrite <- (Z.mul_1_l (Z.of_nat _)). apply zlist_abs. intros a I. destruct (Kind r a (In_w a I)) as (_ & c & ->).
    cbn [coordinate]. destruct (k =? a)%nat, (before t ru r) as [b|]; try destruct (k =? b)%nat; lia.
  - pose proof (writes_to_length ru r). lia.
  - intros E. destruct (writes_to ru r) as [|a l] eqn:W; [reflexivity|]. exfalso.
    destruct (Kind r a) as [N _]; [apply In_w; rewrite ?W; now left|congruence].
Qed.

(** A rule gives its effect where it fires, exactly. *)
Lemma rule_gives ru r k : In ru (rules t) -> (r < length rs)%nat -> (k < size rs r)%nat -> let f := (first rs r + k)%nat in
  let e := IZR (entry (effect rs t ru) f) in
  fsum (gives f) (lower_rule rs t ru) = (if fires v ru then e else 0) /\
  fsum (fun w => Rabs (gives f w)) (lower_rule rs t ru) <= (if fires v ru then 3 * INR (length (writes_to ru r)) else 0) /\
  forall w, In w (lower_rule rs t ru) -> multiple (2 - p) (gives f w) /\ (r = arriving M -> gives f w = 0) /\
    mul O (half O (2 * entry (writes w) f)) (fired w) = gives f w.
Proof.
  intros Hru Hr Hk f e. destruct (rule_units ru Hru) as (w1 & w2 & -> & W1 & W2 & M1 & M2 & B1 & B2 & X).
  destruct (effect_small ru r k Hru Hr Hk) as (E1 & E2 & E3). fold f in E1.
  assert (Ea : Rabs e <= INR (length (writes_to ru r))) by (rewrite INR_IZR_INZ; now apply small_IZR).
  pose proof (Rabs_pos e) as Pe.
  assert (Fm : forall a, multiple (2 - p) a -> 0 <= a <= 2 -> format a).
  { intros a Ma Ba. apply (multiple_format p least precise (2 - p)); auto. rewrite Rabs_right by lra.
    apply Rle_trans with (bpow radix2 1); [cbn; lra|apply bpow_le; lia]. }
  cbn [fsum fold_right]. unfold gives. rewrite W1, W2, entry_scaled, mult_IZR. fold e. split; [|split].
  - destruct (fires v ru).
    + destruct X as [X _]. replace (fired w1) with (fired w2 + 1) by lra. ring.
    + destruct X as [-> ->]. ring.
  - rewrite !Rabs_mult, Rabs_m1, !(Rabs_right (fired _)) by lra. destruct (fires v ru).
    + destruct X as [_ X]. nra.
    + destruct X as [-> ->]. lra.
  - intros w Hw. assert (K : (writes w = effect rs t ru /\ w = w1) \/ (writes w = scaled (-1) (effect rs t ru) /\ w = w2)).
    { destruct Hw as [<-|[<-|[]]]; auto. }
    assert (A : (Z.abs (entry (writes w) f) <= Z.of_nat (length (writes_to ru r)))%Z).
    { destruct K as [[-> _]|[-> _]]; [exact E1|]. rewrite entry_scaled. lia. }
    assert (Mw : multiple (2 - p) (fired w) /\ 0 <= fired w <= 2) by (destruct K as [[_ ->]|[_ ->]]; now split).
    split; [now apply multiple_mul|]. split.
    + intros E. rewrite (E3 E) in A. cbn in A. replace (entry (writes w) f) with 0%Z by lia. ring.
    + apply weight_times; [lia|now apply Fm|rewrite Rabs_right; lra].
Qed.

(** So do clearing units. *)
Lemma clear_gives q w f : In q (clears t) -> In w (lower_clear rs q) -> gives f w = adds y f w /\
  (gives f w = 0 \/ gives f w = - y f) /\ mul O (half O (2 * entry (writes w) f)) (fired w) = gives f w.
Proof.
  intros Hq Hw. destruct (clear_fires q w Hq Hw) as (E & g & Hg & Wg & Eg). unfold gives, adds. rewrite <- E.
  split; [reflexivity|]. rewrite Wg, entry_one, Eg. destruct (Hy g Hg) as [F B]. split.
  - destruct (Nat.eqb_spec g f) as [->|]; [right|left]; ring.
  - apply weight_times; [destruct (g =? f)%nat; lia|exact F|lra].
Qed.

(** All units. *)
Lemma all_give r k : (r < length rs)%nat -> (k < size rs r)%nat -> let f := (first rs r + k)%nat in
  fsum (gives f) (lower_table rs t) = IZR (coordinate (type_of rs r) (table_after t v r) k) - y f /\
  exists e L, (least <= e)%Z /\ L <= bpow radix2 (p + e) /\ L < range /\
    fsum (fun w => Rabs (gives f w)) (lower_table rs t) <= L /\
    forall w, In w (lower_table rs t) -> multiple e (gives f w) /\
      mul O (half O (2 * entry (writes w) f)) (fired w) = gives f w.
Proof.
  intros Hr Hk f. destruct large as [_ R256].
  assert (Hcl : forall q, In q (clears t) -> (q < length rs)%nat) by apply (clears_known _ _ table_known).
  assert (Heps : forall ru, In ru (rules t) -> 1 / 4 * INR (scratch_entries rs ru) <= 1 / 4).
  { intros ru Hru. destruct (rule_sizes M digits 0 0%Z some_digits) with (ru := ru) as [_ Sc]; auto.
    { pose proof (Nat.pow_nonzero 2 digits). lia. }
    apply le_INR in Sc. change (INR 1) with 1 in Sc. lra. }
  assert (Hf : (f < d)%nat) by now apply first_below. destruct (Hy f Hf) as [Fy By].
  split.
  - destruct (table_adds rs t (fun _ => True) 32 (1 / 4) ltac:(lra) v y table_known (transitions_plain M digits) Hv Hok
      Hclose Heps ltac:(lra) r k Hr Hk) as [A _]. fold f in A. rewrite <- A. unfold lower_table.
      rewrite !fsum_app, !fsum_flat_map. f_equal.
    + apply fsum_ext. intros ru Hru. assert (G := proj1 (rule_gives ru r k Hru Hr Hk)). fold f in G. rewrite G. symmetry.
      now apply (rule_adds rs t (fun _ => True) (1 / 4) ltac:(lra) v y table_known (transitions_plain M digits) Hv Hclose
        Heps).
    + apply fsum_ext. intros q Hq. apply fsum_ext. intros w Hw. now apply (clear_gives q).
  - assert (Clears : fsum (fun w => Rabs (gives f w)) (flat_map (lower_clear rs) (clears t)) <= Rabs (y f)).
    { rewrite fsum_flat_map. rewrite (fsum_ext _ (fun q => if (q =? r)%nat then Rabs (y f) else 0)).
      - rewrite fsum_one by apply (clears_once _ _ table_known). destruct (existsb _ _); [lra|apply Rabs_pos].
      - intros q Hq. assert (G := proj2 (clear_adds rs t (fun _ => True) (1 / 4) ltac:(lra) v y Hclose q r k (Hcl q Hq) Hr
          Hk)).
        fold f in G. rewrite <- G.
        apply fsum_ext. intros w Hw. now rewrite (proj1 (clear_gives q w f Hq Hw)). }
    assert (Rules : fsum (fun w => Rabs (gives f w)) (flat_map (lower_rule rs t) (rules t)) <= 3 * INR (length (written_by
      (rules t) v r))).
    { rewrite fsum_flat_map, INR_IZR_INZ, writes_fired, <- fsum_zlist.
      replace (3 * fsum _ _) with (fsum (fun ru => 3 * IZR (if fires v ru then Z.of_nat (length (writes_to ru r)) else 0))
        (rules t)).
      - apply fsum_le. intros ru Hru. eapply Rle_trans; [apply (rule_gives ru r k Hru Hr Hk)|].
        destruct (fires v ru); [rewrite INR_IZR_INZ; lra|lra].
      - clear. unfold fsum. induction (rules t) as [|ru l IH]; cbn [fold_right]; [ring|]. rewrite IH. ring. }
    unfold lower_table. rewrite fsum_app. destruct (Nat.eq_dec r (arriving M)) as [Er|Nr].
    + destruct (format_multiple p least precise (y f) Fy) as (e & He & Me & Be).
      exists e, (Rabs (y f)). split; [exact He|]. split; [exact Be|]. split; [lra|]. split.
      * assert (Z0 : fsum (fun w => Rabs (gives f w)) (flat_map (lower_rule rs t) (rules t)) = 0); [|lra].
        rewrite fsum_flat_map. rewrite (fsum_ext _ (fun _ => 0)).
        { clear. unfold fsum. induction (rules t) as [|ru l IH]; cbn [fold_right]; [ring|]. rewrite IH. ring. }
        intros ru Hru. rewrite (fsum_ext _ (fun _ => 0)).
        { clear. unfold fsum. induction (lower_rule rs t ru) as [|w l IH]; cbn [fold_right]; [ring|]. rewrite IH. ring. }
        intros w Hw. destruct (rule_gives ru r k Hru Hr Hk) as (_ & _ & G). destruct (G w Hw) as (_ & G0 & _).
        fold f in G0. rewrite (G0 Er). apply Rabs_R0.
      * intros w Hw. apply in_app_or in Hw as [Hw|Hw]; apply in_flat_map in Hw as (z & Hz & Hw).
        -- destruct (rule_gives z r k Hz Hr Hk) as (_ & _ & G). destruct (G w Hw) as (_ & G0 & G1). fold f in G0, G1.
           split; [rewrite (G0 Er); apply multiple_0|exact G1].
        -- destruct (clear_gives z w f Hz Hw) as (_ & [G|G] & G1); (split; [rewrite G|exact G1]); [apply multiple_0|].
           replace (- y f) with (-1 * y f) by ring. now apply multiple_mul.
    + assert (Yz : y f = IZR (cc f)) by now apply elsewhere.
      exists (2 - p)%Z, 4. split; [exact small_numbers|]. split; [replace (p + (2 - p))%Z with 2%Z by lia; cbn; lra|].
      split; [lra|]. split.
      * destruct (Hok r) as [H1 _]. apply le_INR in H1. change (INR 1) with 1 in H1. lra.
      * intros w Hw. apply in_app_or in Hw as [Hw|Hw]; apply in_flat_map in Hw as (z & Hz & Hw).
        -- destruct (rule_gives z r k Hz Hr Hk) as (_ & _ & G). destruct (G w Hw) as (G0 & _ & G1). now split.
        -- destruct (clear_gives z w f Hz Hw) as (_ & [G|G] & G1); (split; [rewrite G|exact G1]); [apply multiple_0|].
           rewrite Yz, <- opp_IZR. apply multiple_integer. lia.
Qed.

(** The MLP computes the table, exactly. *)
Theorem mlp_graded us r k : Permutation us (lower_table rs t) -> (r < length rs)%nat -> (k < size rs r)%nat ->
  let f := (first rs r + k)%nat in
  add O (y f) (sum O (length us) (fun h => mul O (half O (2 * entry (writes (nth h us no_unit)) f))
    (relu O (add O (dot O d (reads (nth h us no_unit)) y) (half O (bias (nth h us no_unit)))))))
  = IZR (coordinate (type_of rs r) (table_after t v r) k).
Proof.
  intros Hu Hr Hk f. destruct (all_give r k Hr Hk) as (S & e & L & He & HL & HR & A & G). fold f in S, A, G.
  rewrite <- (fsum_permuted _ _ _ Hu) in S. rewrite <- (fsum_permuted _ _ _ Hu) in A.
  assert (I : forall h, (h < length us)%nat -> In (nth h us no_unit) (lower_table rs t)).
  { intros h Hh. apply (Permutation_in _ Hu). now apply nth_In. }
  rewrite (sum_same _ _ _ float_is_exact _ _ (fun h => gives f (nth h us no_unit))).
  - rewrite (sum_exact p least most overflow precise order ordered e L); auto.
    + rewrite (rsum_nth (gives f) us no_unit). fold (fsum (gives f) us). rewrite S. cbn [add float].
      replace (y f + _) with (IZR (coordinate (type_of rs r) (table_after t v r) k)) by ring.
      destruct large. apply rounded_integer; auto; try lia.
      pose proof (small_IZR _ 1 (Scores.coordinate_small (type_of rs r) (table_after t v r) k)). lra.
    + intros h Hh. apply G. now apply I.
    + rewrite (rsum_nth (fun w => Rabs (gives f w)) us no_unit). exact A.
  - intros h Hh. apply (G _ (I h Hh)).
Qed.
End Mlp.

(** * A block *)
Section Block.
Variable c : nat.
Variables eps tiny : R.
Hypothesis sharp : sharp_in_floats p digits n c eps tiny.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R.
Hypothesis graded : graded_shares p least (IZR (2 * (Z.of_nat digits + 1))) c eps tiny shares.

(** A block computes its stage: every number of the residual stream is exact again. *)
Theorem graded_block b s s' x : implements rs b (the_stage M) -> orderly M digits n s ->
  stage_step rs (the_stage M) n s s' -> encodes rs n s x -> encodes rs n s' (apply_block O shares d b n x).
Proof.
  intros (Sh & us & Su & Pu) Hs Hstep Hx i f Hi Hf.
  destruct (each_row _ _ _ _ _ Hstep i Hi) as (v & Hears & Fv & Tv & Hs').
  apply coordinate_of in Hf as (r & k & Hr & Hk & ->). rewrite flat_at, Hs' by assumption.
  unfold apply_block. rewrite (attended_same O shares d (Arithmetic.sum_same _ _ _ float_is_exact) _ _ n x Sh).
  rewrite (mlp_same O d (Arithmetic.sum_same _ _ _ float_is_exact) _ _ n _ Su).
  rewrite (mlp_at _ _ _ float_is_exact) by (auto using first_below).
  destruct (attended_graded c eps tiny sharp shares graded s s' Hs Hstep x Hx i Hi v Hears) as [C Y].
  now apply (mlp_graded v Fv Tv _ C Y).
Qed.

Lemma graded_stages bs s s' x : Forall2 (implements rs) bs (cellular M) -> stages_run rs (cellular M) n s s' ->
  orderly M digits n s -> encodes rs n s x -> encodes rs n s' (apply_blocks O shares d bs n x) /\ orderly M digits n s'.
Proof.
  rewrite cellular_stage. intros Bs. inversion Bs as [|b ? bs' ? Hb Bs']; subst. inversion Bs'; subst. clear Bs Bs'.
  cbn [stages_run]. intros (s1 & Step & E) Hs Hx. unfold apply_blocks. cbn [fold_left]. split.
  - apply (encodes_ext rs n s1); [exact E|]. now apply (graded_block b s).
  - apply (orderly_ext M digits n s1); [exact E|]. now apply (orderly_kept M digits n some_digits enough_digits s).
Qed.

Lemma graded_network bs loops s s' x : Forall2 (implements rs) bs (cellular M) -> loops_run rs (cellular M) loops n s s' ->
  orderly M digits n s -> encodes rs n s x -> encodes rs n s' (network O shares d bs loops n x) /\ orderly M digits n s'.
Proof.
  intros Bs. revert s'. induction loops as [|loops IH]; intros s' Run Hs Hx.
  - split; [now apply (encodes_ext rs n s)|now apply (orderly_ext M digits n s)].
  - destruct Run as (s1 & Run & Last). cbn [network]. destruct (IH s1 Run Hs Hx) as [Hx1 Hs1].
    now apply (graded_stages bs s1).
Qed.
End Block.
End Graded.

(** * Runs *)
Section Runs.
Variable M : machine.
Variables digits width : nat.
Variable origin : Z.
Variable blocks : list block.
Hypothesis sized : cellular_sized M digits width origin.
Hypothesis checked : check blocks (Cellular.weights M digits) = true.

(** Floats of p digits, in any order of summation, whatever comes of an overflow, with softmax to the base 2^c that is
    computed with errors: T blocks give the configuration after T machine steps, and nothing in the residual stream is
    rounded. *)
Theorem cellular_floats_graded p least most overflow order c eps tiny shares :
  (8 <= p <= most)%Z -> (least <= 2 - p)%Z -> is_order order -> (2 * (Z.of_nat digits + 1) <= 2 ^ (p - 1))%Z ->
  sharp_in_floats p digits (width + 1) c eps tiny ->
  graded_shares p least (IZR (2 * (Z.of_nat digits + 1))) c eps tiny shares ->
  cellular_simulates (float p least most overflow order) shares blocks M digits width origin.
Proof.
  intros [Hp Hm] Hl Ho Hd Hsharp Hgraded. destruct sized as (Sm & Sd & Sw & So).
  set (O := float p least most overflow order).
  assert (HO : exact_on halves (bpow radix2 (p - 1)) O) by (apply float_exact; auto; lia).
  assert (HB : 48 <= bpow radix2 (p - 1)) by (pose proof (B_large p Hp); lra).
  assert (Bs : Forall2 (implements (registers M digits)) blocks (cellular M)) by (apply check_sound; exact checked).
  assert (E : forall start T s, loops_run (registers M digits) (cellular M) T (width + 1) (prompt M digits origin start) s ->
    encodes (registers M digits) (width + 1) s (cellular_after O shares blocks M digits width origin T start)).
  { intros start T s Run. unfold cellular_after.
    refine (proj1 (graded_network p least most overflow order Hp Hl Hm Ho M digits (width + 1) Sm Sd Sw Hd c eps tiny Hsharp
      shares Hgraded
      blocks T _ s _ Bs Run _ _)).
    - apply orderly_start.
    - now apply embedded_encodes with halves (bpow radix2 (p - 1)). }
  assert (H : forall start T s i r, encodes (registers M digits) (width + 1) s (cellular_after O shares blocks M digits
    width origin T start) ->
    (i <= width)%nat -> kind M r -> register_holds O (registers M digits) (cellular_after O shares blocks M digits width
      origin T start i) r (s i r)).
  { intros start T s i r Hx Hi Hr. apply kind_known with (digits := digits) in Hr.
    now apply (holds_value M digits width halves (bpow radix2 (p - 1)) O HO HB s _ i r Hx ltac:(lia)). }
  intros start T Hc H0. split.
  - intros Hin. destruct (cellular_runs M digits width origin Sm Sd Sw So start Hc T H0 Hin) as (s & Run & (Tape & q & m &
      Hq & Hh & Hmsg) & Out).
    split; [|exact Out]. specialize (E start T s Run). split.
    + intros i Hi. rewrite <- (Tape i Hi). apply H; [exact E|lia|constructor].
    + exists q, m. split; [exact Hq|]. split; [exact Hh|]. intros i m' Hi. rewrite <- (Hmsg i m' Hi).
      apply H; [exact E|exact Hi|constructor].
  - intros t Ht Hin Out.
    destruct (cellular_leaves M digits width origin Sm Sd Sw So start Hc t Hin Out T Ht) as (s & Run & None_ & Tape & _).
    specialize (E start T s Run). split.
    + intros i m Hi. rewrite <- (None_ i m Hi). apply H; [exact E|exact Hi|constructor].
    + intros i Hi. rewrite <- (Tape i Hi). apply H; [exact E|lia|constructor].
Qed.

(** Softmax as it is computed: the inverse temperature is c ln 2, rounded; the device's exponential is nearly right. *)
Theorem cellular_floats_softmax p least most overflow order device_exp c beta :
  (8 <= p <= most)%Z -> (least <= - p - 1)%Z -> is_order order -> (1 <= c)%nat ->
  graded_exp_facts p least device_exp -> Rabs (beta - INR c * ln 2) <= bpow radix2 (- p) * (INR c * ln 2) ->
  (4 * Z.of_nat c * (Z.of_nat digits + 1) < 2 ^ p)%Z ->
  logit_error p (2 * (Z.of_nat digits + 1)) c < 1 /\
    sharp_in_floats p digits (width + 1) c (power_error p (2 * (Z.of_nat digits + 1)) c) (bpow radix2 (least + p)) ->
  cellular_simulates (float p least most overflow order) (float_softmax p least most overflow device_exp beta)
    blocks M digits width origin.
Proof.
  intros Hp Hl Ho Hc Facts Hb Hd [He Hs].
  apply (cellular_floats_graded p least most overflow order c (power_error p (2 * (Z.of_nat digits + 1)) c) (bpow radix2
    (least + p)));
    auto; try lia.
  - assert (E : (2 ^ p = 2 * 2 ^ (p - 1))%Z) by (rewrite <- Z.pow_succ_r by lia; f_equal; lia). nia.
  - apply float_softmax_graded; auto; lia.
Qed.
End Runs.
