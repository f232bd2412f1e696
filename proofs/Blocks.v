(** Blocks that stages are lowered to compute the stages, row by row; so networks compute programs. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Tmformer Require Import Transformer Numbers Program Symbolic Layout Arithmetic Same Sums Normalisers Scores Attention
  Tables.
Import ListNotations.
Local Open Scope R_scope.

Lemma fold_plus_app {A} (g : A -> R) (a b : list A) :
  fold_right (fun e rest => g e + rest) 0 (a ++ b) =
  fold_right (fun e rest => g e + rest) 0 a + fold_right (fun e rest => g e + rest) 0 b.
Proof. induction a as [|e a IH]; cbn [app fold_right]; [ring|]. rewrite IH. ring. Qed.

Lemma abs_bounds a b : Rabs a <= b -> - b <= a <= b.
Proof. unfold Rabs. destruct (Rcase_abs a); lra. Qed.

Lemma Forall2_in_left {A C} (P : A -> C -> Prop) a l c : Forall2 P a c -> In l a -> exists y, P l y.
Proof. induction 1; intros []; subst; eauto. Qed.

(** A block that a stage is lowered to; its units may stand in any order. *)
Definition implements (rs : list register) (b : block) (st : stage) : Prop :=
  Forall2 same_head (heads b) (map (lower_lookup rs) (lookups st)) /\
  exists us, Forall2 same_unit (units b) us /\ Permutation us (lower_table rs (then_table st)).

Section Blocks.
Variable rs : list register.
Notation d := (d_model rs).
Variable D : R -> Prop.
Variable B : R.
Variable O : arithmetic R.
Hypothesis HO : exact_on D B O.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R.
Variable n : nat.
Variable eps : R.
Hypothesis eps_range : 0 <= eps <= 1.

(** What holds of every sequence on the way. *)
Variable always : stream -> Prop.
Hypothesis always_ext : forall s s', (forall i r, (i < n)%nat -> (r < length rs)%nat -> s i r = s' i r) -> always s ->
  always s'.

(** What the attention head of a lookup brings to a row. *)
Local Notation got x l i := (attend O shares d (lower_lookup rs l) n x i).

(** A sequence that lookups may be asked of, and a residual stream that holds it. *)
Definition asked_of (ls : list lookup) (s : stream) (x : nat -> nat -> R) : Prop :=
  always s /\ (forall l, In l ls -> lookup_fits rs l /\ lookup_ok rs l n s) /\ (forall i, (i < n)%nat ->
    row_fits rs (s i)) /\
  encodes rs n s x.

(** What all heads together add to a coordinate of register [r]. *)
Definition adds_up (ls : list lookup) (x : nat -> nat -> R) (i r k : nat) : R :=
  fold_right (fun l rest => (if (into l =? r)%nat then got x l i k else 0) + rest) 0 ls.

(** What is found in register [r]. *)
Definition found_in (r k : nat) (ps : list (lookup * option nat)) : R :=
  fold_right (fun p rest => (if (into (fst p) =? r)%nat then IZR (coordinate (type_of rs r) (snd p) k) else 0) + rest) 0 ps.

(** Attention heads bring what their lookups find: all together off by [eps] at most. *)
Definition heads_bring (ls : list lookup) : Prop :=
  forall s x i, asked_of ls s x -> (i < n)%nat ->
  (forall l v c, In l ls -> finds l s n i v -> (c < size rs (answer l))%nat ->
    let o := got x l i c in
    D o /\ Rabs o <= 2 /\ ((exists k, type_of rs (answer l) = OneHot k) -> 0 <= o)) /\
  forall found r k, Forall2 (fun l a => finds l s n i a) ls found -> (r < length rs)%nat -> (k < size rs r)%nat ->
    Rabs (adds_up ls x i r k - found_in r k (combine ls found)) <= eps.

(** It is enough that each lookup alone is off by a part of that. *)
Lemma each_brings ls each :
  0 <= each <= 1 -> INR (length ls) * each <= eps ->
  (forall l, In l ls -> type_of rs (into l) = type_of rs (answer l)) ->
  (forall s x i, asked_of ls s x -> (i < n)%nat -> forall l v c, In l ls -> finds l s n i v ->
    (c < size rs (answer l))%nat ->
    let o := got x l i c in
    D o /\ Rabs (o - IZR (coordinate (type_of rs (answer l)) v c)) <= each /\
    ((exists k, type_of rs (answer l) = OneHot k) -> 0 <= o)) ->
  heads_bring ls.
Proof.
  intros He Hm Ht H s x i Ha Hi. split.
  - intros l v c Hl Hv Hc. destruct (H s x i Ha Hi l v c Hl Hv Hc) as (Do & Ho & P). repeat split; auto.
    pose proof (small_IZR _ 1 (coordinate_small (type_of rs (answer l)) v c)) as S.
    apply Rabs_le. apply abs_bounds in S. apply abs_bounds in Ho. lra.
  - intros found r k F Hr Hk. eapply Rle_trans; [|exact Hm]. specialize (H s x i Ha Hi). clear Ha Hm.
    revert found F. induction ls as [|l ls' IH]; intros found F; inversion F as [|l' a ls'' found' Fa F']; subst.
    + cbn. rewrite Rminus_eq_0, Rabs_R0. lra.
    + change (length (l :: ls')) with (S (length ls')). rewrite S_INR.
      specialize (IH ltac:(intros; apply Ht; now right) ltac:(intros; apply H; auto; now right) found' F').
      unfold adds_up, found_in in *. cbn [combine fold_right fst snd].
      set (p := fold_right _ 0 ls') in *. set (q := fold_right _ 0 (combine ls' found')) in *.
      apply abs_bounds in IH. destruct (Nat.eqb_spec (into l) r) as [E|]; [|apply Rabs_le; lra].
      assert (T := Ht l (or_introl eq_refl)). rewrite E in T. unfold size in Hk. rewrite T in Hk |- *.
      destruct (H l a k (or_introl eq_refl) Fa Hk) as (_ & Ho & _).
      apply abs_bounds in Ho. apply Rabs_le. lra.
Qed.

Section Stage.
Variable st : stage.
Variables s s' : stream.
Hypothesis Hst : stage_fits rs st.
Hypothesis Hstep : stage_step rs st n s s'.
Hypothesis Hplain : table_plain rs (then_table st).
Hypothesis Hbring : heads_bring (lookups st).
Hypothesis Hs : always s.
Variable x : nat -> nat -> R.
Hypothesis Hx : encodes rs n s x.
Notation ls := (lookups st).
Notation m := (length (lookups st)).
Hypothesis B_large : IZR (2 * Z.of_nat (length (lookups st)) + 32) <= B.

Lemma into_scratch l : In l ls -> (is_scratch rs (into l) = true /\ In (into l) (clears (then_table st))) /\
  (into l < length rs)%nat /\ type_of rs (into l) = type_of rs (answer l).
Proof.
  intros Hl. destruct (lookups_fit _ _ Hst l Hl) as [F S]. split; [exact S|]. destruct (answer_type _ _ F) as (_ & A & E).
  auto.
Qed.

Lemma asked : asked_of ls s x.
Proof.
  split; [exact Hs|]. split; [|split; [apply (rows_fit _ _ _ _ _ Hstep)|exact Hx]].
  intros l Hl. split; [now apply (lookups_fit _ _ Hst)|now apply (lookups_ok _ _ _ _ _ Hstep)].
Qed.

Lemma brought l i v c : In l ls -> (i < n)%nat -> finds l s n i v -> (c < size rs (into l))%nat ->
  let o := got x l i c in
  D o /\ Rabs o <= 2 /\ ((exists k, type_of rs (into l) = OneHot k) -> 0 <= o).
Proof.
  intros Hl Hi Hv Hc. destruct (into_scratch l Hl) as (_ & _ & E). unfold size in Hc. rewrite E in Hc |- *.
  apply (proj1 (Hbring s x i asked Hi) l v c Hl Hv Hc).
Qed.

Lemma output_entry l c r k : In l ls -> (c < size rs (into l))%nat -> (r < length rs)%nat -> (k < size rs r)%nat ->
  entry (nth c (output (lower_lookup rs l)) []) (first rs r + k) = if (into l =? r)%nat && (c =? k)%nat then 1%Z else 0%Z.
Proof.
  intros Hl Hc Hr Hk. destruct (into_scratch l Hl) as (_ & Hi & _). unfold lower_lookup. cbn [output].
  unfold span. rewrite (nth_mapped _ 0%nat) by now rewrite seq_length. rewrite seq_nth by assumption.
  unfold entry. cbn [fold_right fst snd].
  destruct (Nat.eqb_spec (first rs (into l) + c) (first rs r + k)) as [E|E].
  - destruct (coordinate_unique rs _ _ _ _ Hi Hc Hr Hk E) as [E1 E2]. apply Nat.eqb_eq in E1. apply Nat.eqb_eq in E2.
    now rewrite E1, E2.
  - destruct (Nat.eqb_spec (into l) r) as [E1|]; [|reflexivity]. destruct (Nat.eqb_spec c k) as [E2|]; [|reflexivity].
    now rewrite E1, E2 in E.
Qed.

(** Of an attention head, what it adds to a coordinate, and how large the terms are. *)
Lemma head_adds l i r k (g : R -> R) : g 0 = 0 -> In l ls -> (r < length rs)%nat -> (k < size rs r)%nat ->
  fold_right (fun e rest => g (IZR (entry (fst e) (first rs r + k)) * snd e i) + rest) 0
    (map (fun c => (nth c (output (lower_lookup rs l)) [], fun i => got x l i c))
      (seq 0 (length (value (lower_lookup rs l))))) =
  if (into l =? r)%nat then g (got x l i k) else 0.
Proof.
  intros Hg Hl Hr Hk. destruct (into_scratch l Hl) as (_ & _ & E).
  rewrite length_value. replace (size rs (answer l)) with (size rs (into l)) by (unfold size; now rewrite E).
  set (o := fun c => got x l i c).
  rewrite <- (rsum_nth (fun e => g (IZR (entry (fst e) (first rs r + k)) * snd e i)) _ ([], fun _ => 0)).
  rewrite map_length, seq_length.
  rewrite (rsum_ext _ _ (fun c => if (c =? k)%nat then (if (into l =? r)%nat then g (o c) else 0) else 0)).
  - destruct (Nat.eqb_spec (into l) r) as [<-|N].
    + now rewrite (rsum_single _ k (fun c => g (o c))).
    + apply rsum_zeros. intros c _. now destruct (c =? k)%nat.
  - intros c Hc. rewrite (nth_mapped _ 0%nat) by now rewrite seq_length. rewrite seq_nth by assumption.
    cbn [fst snd Nat.add].
    rewrite output_entry by assumption. fold (o c).
    destruct (into l =? r)%nat, (c =? k)%nat; cbn [andb]; rewrite ?Rmult_0_l, ?Rmult_1_l; auto.
Qed.

Definition mixed (i f : nat) : R :=
  let all := messages O shares d (map (lower_lookup rs) ls) n x in
  sum O (length all) (fun e => let '(w, o) := nth e all ([], fun _ => half O 0) in mul O (half O (2 * entry w f)) (o i)).

Lemma messages_fold (g : row * (nat -> R) -> R) :
  fold_right (fun e rest => g e + rest) 0 (messages O shares d (map (lower_lookup rs) ls) n x) =
  fold_right (fun l rest => fold_right (fun e rest => g e + rest) 0
    (map (fun c => (nth c (output (lower_lookup rs l)) [], fun i => got x l i c))
      (seq 0 (length (value (lower_lookup rs l))))) + rest) 0 ls.
Proof.
  clear Hbring B_large. unfold messages. induction ls as [|l rest IH]; [reflexivity|]. cbn [map flat_map].
  rewrite fold_plus_app, IH. reflexivity.
Qed.

(** * One row *)
Variable i : nat.
Hypothesis Hi : (i < n)%nat.
Variable v : nat -> option nat.
Hypothesis Hears : hears ls s n i v.

Lemma each_found l : In l ls -> exists a, finds l s n i a.
Proof. intros H. destruct Hears as (heard & F & _). exact (Forall2_in_left _ _ _ _ F H). Qed.

Lemma mixed_is r k : (r < length rs)%nat -> (k < size rs r)%nat ->
  mixed i (first rs r + k) = adds_up ls x i r k /\ D (adds_up ls x i r k) /\
  Rabs (adds_up ls x i r k) <= 2 * INR m.
Proof.
  intros Hr Hk.
  set (all := messages O shares d (map (lower_lookup rs) ls) n x).
  set (f := (first rs r + k)%nat).
  assert (Col : forall e, In e all -> exists l c, In l ls /\ (c < size rs (into l))%nat /\
            e = (nth c (output (lower_lookup rs l)) [], fun i => got x l i c)).
  { intros e He. unfold all, messages in He. apply in_flat_map in He as (h & Hh & He).
    apply in_map_iff in Hh as (l & <- & Hl). apply in_map_iff in He as (c & <- & Hc). apply in_seq in Hc.
    rewrite length_value in Hc. destruct (into_scratch l Hl) as (_ & _ & E).
    exists l, c. repeat split; auto. unfold size in *. rewrite E. lia. }
  assert (Own : forall e, In e all -> D (snd e i) /\ Rabs (snd e i) <= 2 /\ Rabs (IZR (entry (fst e) f)) <= 1).
  { intros e He. destruct (Col e He) as (l & c & Hl & Hc & ->). cbn [fst snd].
    destruct (each_found l Hl) as (a & Ha). destruct (brought l i a c Hl Hi Ha Hc) as (Do & Ho & _). split; [exact Do|].
    split; [exact Ho|].
    unfold f. rewrite output_entry by assumption. destruct (_ && _); rewrite ?Rabs_R1, ?Rabs_R0; lra. }
  pose proof (Nat2Z.is_nonneg m) as Mp. rewrite plus_IZR, mult_IZR in B_large.
  apply IZR_le in Mp.
  assert (Fold : forall g : R -> R, g 0 = 0 ->
    fold_right (fun e rest => g (IZR (entry (fst e) f) * snd e i) + rest) 0 all =
    fold_right (fun l rest => (if (into l =? r)%nat then g (got x l i k) else 0) + rest) 0 ls).
  { intros g Hg. unfold all. rewrite (messages_fold (fun e => g (IZR (entry (fst e) f) * snd e i))).
    assert (G : forall sub, incl sub ls -> fold_right (fun l rest => fold_right (fun e rest0 => g (IZR (entry (fst e) f) *
      snd e i) + rest0) 0
        (map (fun c => (nth c (output (lower_lookup rs l)) [], fun i => got x l i c))
          (seq 0 (length (value (lower_lookup rs l))))) + rest) 0 sub =
      fold_right (fun l rest => (if (into l =? r)%nat then g (got x l i k) else 0) + rest) 0 sub).
    { induction sub as [|l sub IH]; intros I; [reflexivity|]. cbn [fold_right].
      rewrite IH by (intros y Hy; apply I; now right).
      f_equal. apply head_adds; auto. apply I. now left. }
    apply G, incl_refl. }
  assert (Size : fold_right (fun l rest => (if (into l =? r)%nat then Rabs (got x l i k) else 0) + rest) 0 ls
                 <= 2 * INR m).
  { assert (G : forall sub, incl sub ls -> fold_right (fun l rest => (if (into l =? r)%nat then Rabs (got x l i k) else 0) +
    rest) 0 sub
                 <= 2 * INR (length sub)).
    { induction sub as [|l sub IH]; intros I; [cbn; lra|]. cbn [fold_right].
      change (length (l :: sub)) with (S (length sub)).
      rewrite S_INR. specialize (IH ltac:(intros y Hy; apply I; now right)).
      destruct (Nat.eqb_spec (into l) r) as [E|]; [|lra].
      assert (Hl : In l ls) by (apply I; now left). destruct (each_found l Hl) as (a & Ha).
      rewrite <- E in Hk. destruct (brought l i a k Hl Hi Ha Hk) as (_ & Ho & _). lra. }
    apply G, incl_refl. }
  assert (Value : mixed i f = adds_up ls x i r k).
  { unfold mixed. fold all.
    rewrite (sum_same _ _ _ HO _ _ (fun e => mul O (half O (2 * entry (fst (nth e all ([], fun _ => half O 0))) f))
      (snd (nth e all ([], fun _ => half O 0)) i))) by (intros e _; now destruct (nth e all _)).
    rewrite (weighted_sum _ _ _ HO _ (fun e => entry (fst (nth e all ([], fun _ => half O 0))) f)
      (fun e => snd (nth e all ([], fun _ => half O 0)) i)).
    - rewrite (rsum_nth (fun e => IZR (entry (fst e) f) * snd e i) all ([], fun _ => half O 0)).
      rewrite (Fold (fun y => y)) by reflexivity. reflexivity.
    - intros e He. now apply Own, nth_In.
    - intros e He. eapply Rle_trans; [now apply Own, nth_In|]. lra.
    - rewrite (rsum_nth (fun e => Rabs (IZR (entry (fst e) f) * snd e i)) all ([], fun _ => half O 0)).
      rewrite (Fold Rabs) by apply Rabs_R0. eapply Rle_trans; [exact Size|]. rewrite INR_IZR_INZ. lra. }
  split; [exact Value|]. split.
  - assert (G : forall sub, incl sub ls -> D (fold_right (fun l rest => (if (into l =? r)%nat then got x l i k else 0) +
    rest) 0 sub)).
    { induction sub as [|l sub IH]; intros I; cbn [fold_right]; [apply (domain_integer _ _ _ HO)|].
      apply (domain_add _ _ _ HO); [|apply IH; intros y Hy; apply I; now right].
      destruct (Nat.eqb_spec (into l) r) as [E|]; [|apply (domain_integer _ _ _ HO)].
      assert (Hl : In l ls) by (apply I; now left). destruct (each_found l Hl) as (a & Ha).
      rewrite <- E in Hk. now destruct (brought l i a k Hl Hi Ha Hk). }
    apply G, incl_refl.
  - eapply Rle_trans; [|exact Size]. unfold adds_up. clear. generalize ls as all.
    induction all as [|l rest IH]; cbn [fold_right]; [rewrite Rabs_R0; lra|].
    eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [|exact IH].
    destruct (into l =? r)%nat; [lra|rewrite Rabs_R0; lra].
Qed.

Lemma attended_is r k : (r < length rs)%nat -> (k < size rs r)%nat ->
  attended O shares d (map (lower_lookup rs) ls) n x i (first rs r + k) =
  IZR (coordinate (type_of rs r) (s i r) k) + adds_up ls x i r k.
Proof.
  intros Hr Hk. assert (Hf : (first rs r + k < d)%nat) by now apply first_below.
  unfold attended. rewrite once2_at by assumption. fold (mixed i (first rs r + k)).
  destruct (mixed_is r k Hr Hk) as (-> & Da & Sa). rewrite Hx, flat_at by assumption.
  apply (exact_add _ _ _ HO); [apply (domain_integer _ _ _ HO)|exact Da|].
  pose proof (small_IZR _ 1 (coordinate_small (type_of rs r) (s i r) k)).
  eapply Rle_trans; [apply Rabs_triang|]. rewrite plus_IZR, mult_IZR in B_large. rewrite INR_IZR_INZ in Sa. lra.
Qed.

Lemma found_filtered r k ps :
  found_in r k ps =
  fold_right (fun p rest => IZR (coordinate (type_of rs r) (snd p) k) + rest) 0
    (filter (fun p : lookup * option nat => (into (fst p) =? r)%nat && (if snd p then true else false)) ps).
Proof.
  unfold found_in. induction ps as [|[l a] ps IH]; [reflexivity|]. cbn [fold_right filter fst snd]. rewrite IH.
  destruct (into l =? r)%nat, a; cbn [andb fold_right fst snd]; rewrite ?coordinate_none; ring.
Qed.

(** After attention a row holds what it held and what it has heard. *)
Lemma attended_near : close rs (then_table st) D eps v (attended O shares d (map (lower_lookup rs) ls) n x i).
Proof.
  destruct Hears as (heard & F & Empty & Held).
  assert (Silent : forall r, is_scratch rs r = false \/ ~ In r (clears (then_table st)) -> forall sub, incl sub ls ->
    forall k, adds_up sub x i r k = 0).
  { intros r S sub. induction sub as [|l sub IH]; intros I k; [reflexivity|]. unfold adds_up in *. cbn [fold_right].
    rewrite IH by (intros y Hy; apply I; now right). destruct (Nat.eqb_spec (into l) r) as [E|]; [|ring].
    destruct (into_scratch l (I l (or_introl eq_refl))) as ((S' & C) & _). rewrite E in S', C.
    destruct S; [congruence|easy]. }
  assert (Sum : forall r k, IZR (coordinate (type_of rs r) (s i r) k) + found_in r k (combine ls heard) =
            IZR (coordinate (type_of rs r) (v r) k)).
  { intros r k. specialize (Held r). rewrite found_filtered.
    destruct (filter _ _) as [|[l a] [|]] eqn:E; [rewrite Held; cbn; ring| |easy].
    cbn [fold_right snd]. rewrite Held.
    assert (Hl : In (l, a) [(l, a)]) by now left. rewrite <- E in Hl. apply filter_In in Hl as [Hl Hr].
    cbn [fst snd] in Hr. apply andb_prop in Hr as [Hr _]. apply Nat.eqb_eq in Hr. apply in_combine_l in Hl.
    rewrite <- Hr, (Empty l Hl), coordinate_none. ring. }
  constructor.
  - intros f Hf. apply coordinate_of in Hf as (r & k & Hr & Hk & ->). rewrite attended_is by assumption.
    apply (domain_add _ _ _ HO); [apply (domain_integer _ _ _ HO)|]. now apply mixed_is.
  - intros r k Hr Hk S. rewrite attended_is, (Silent r S ls (incl_refl _)), Rplus_0_r, <- Sum by assumption.
    assert (found_in r k (combine ls heard) = 0) as ->; [|ring].
    assert (G : forall sub hs, incl sub ls -> found_in r k (combine sub hs) = 0).
    { induction sub as [|l sub IH]; intros hs I; [reflexivity|]. destruct hs as [|h hs]; [reflexivity|].
      unfold found_in in *. cbn [combine fold_right fst snd]. rewrite IH by (intros y Hy; apply I; now right).
      destruct (Nat.eqb_spec (into l) r) as [E|]; [|ring].
      destruct (into_scratch l (I l (or_introl eq_refl))) as ((S' & C) & _). rewrite E in S', C.
      destruct S; [congruence|easy]. }
    apply G, incl_refl.
  - intros r k Hr Hk S C. rewrite attended_is by assumption. split.
    + rewrite <- Sum.
      replace (_ - _) with (adds_up ls x i r k - found_in r k (combine ls heard)) by ring.
      now apply (proj2 (Hbring s x i asked Hi)).
    + intros c E.
      assert (P : 0 <= IZR (coordinate (type_of rs r) (s i r) k)).
      { apply IZR_le. rewrite E. destruct (s i r); cbn; [destruct (_ =? _)%nat|]; lia. }
      assert (Q : forall sub, incl sub ls -> 0 <= adds_up sub x i r k).
      { induction sub as [|l sub IH]; intros I; unfold adds_up in *; cbn [fold_right]; [lra|].
        specialize (IH ltac:(intros y Hy; apply I; now right)). apply Rplus_le_le_0_compat; [|exact IH].
        destruct (Nat.eqb_spec (into l) r) as [El|]; [|lra].
        assert (Hl : In l ls) by (apply I; now left). destruct (each_found l Hl) as (a & Ha).
        rewrite <- El in Hk. destruct (brought l i a k Hl Hi Ha Hk) as (_ & _ & N). apply N. exists c. now rewrite El. }
      specialize (Q ls (incl_refl _)). lra.
Qed.
End Stage.

(** What a stage asks of the arithmetic. *)
Record stage_small (st : stage) : Prop := {
  few_lookups : IZR (2 * Z.of_nat (length (lookups st)) + 32) <= B;
  small_rules : forall ru, In ru (rules (then_table st)) -> IZR (rule_need rs ru) <= B;
  small_leaks : forall ru, In ru (rules (then_table st)) -> eps * INR (scratch_entries rs ru) <= 1 / 4
}.

(** A block computes its stage, exactly. *)
Theorem block_exact b st s s' x : implements rs b st -> stage_fits rs st -> table_plain rs (then_table st) ->
  stage_small st ->
  heads_bring (lookups st) -> always s -> stage_step rs st n s s' -> encodes rs n s x ->
  encodes rs n s' (apply_block O shares d b n x).
Proof.
  intros (Sh & us & Su & Pu) Hst Hp Hs Hb Ha Hstep Hx i f Hi Hf.
  destruct (each_row _ _ _ _ _ Hstep i Hi) as (v & Hears & Fv & Tv & Hs').
  apply coordinate_of in Hf as (r & k & Hr & Hk & ->). rewrite flat_at, Hs' by assumption.
  unfold apply_block. rewrite (attended_same O shares d (Arithmetic.sum_same _ _ _ HO) _ _ n x Sh).
  rewrite (mlp_same O d (Arithmetic.sum_same _ _ _ HO) _ _ n _ Su).
  rewrite (mlp_at _ _ _ HO) by (auto using first_below).
  apply (mlp_exact rs (then_table st) D B O HO eps); auto.
  - apply (table_fit _ _ Hst).
  - apply (attended_near st s s' Hst Hstep Hb Ha x Hx (few_lookups _ Hs) i Hi v Hears).
  - apply (small_leaks _ Hs).
  - apply (small_rules _ Hs).
  - pose proof (few_lookups _ Hs) as H. pose proof (pos_INR (length (lookups st))).
    rewrite plus_IZR, mult_IZR, <- INR_IZR_INZ in H. lra.
Qed.

Definition program_ok (sts : list stage) : Prop :=
  forall st, In st sts -> stage_fits rs st /\ table_plain rs (then_table st) /\ stage_small st /\ heads_bring (lookups st) /\
  forall s s', always s -> stage_step rs st n s s' -> always s'.

Lemma encodes_ext s s' x : (forall i r, (i < n)%nat -> (r < length rs)%nat -> s i r = s' i r) -> encodes rs n s x ->
  encodes rs n s' x.
Proof.
  intros H Hx i f Hi Hf. rewrite Hx by assumption. f_equal. apply flat_ext; [|assumption]. intros r Hr. now apply H.
Qed.

Theorem stages_exact bs sts s s' x : Forall2 (implements rs) bs sts -> program_ok sts -> stages_run rs sts n s s' ->
  always s -> encodes rs n s x ->
  encodes rs n s' (apply_blocks O shares d bs n x) /\ always s'.
Proof.
  intros Bs. revert s x. induction Bs as [|b st bs sts Hb1 _ IH]; intros s x Ok Run Ha Hx.
  - split; [now apply (encodes_ext s)|now apply (always_ext s)].
  - destruct Run as (s1 & Step & Run). unfold apply_blocks. cbn [fold_left].
    destruct (Ok st (or_introl eq_refl)) as (F & P & S & Hb & K).
    apply (IH s1); [intros st' H; apply Ok; now right|exact Run|now apply (K s)|]. now apply (block_exact b st s).
Qed.

(** A network computes its program, exactly. *)
Theorem network_exact bs sts loops s s' x : Forall2 (implements rs) bs sts -> program_ok sts ->
  loops_run rs sts loops n s s' -> always s -> encodes rs n s x ->
  encodes rs n s' (network O shares d bs loops n x) /\ always s'.
Proof.
  intros Bs Ok. revert s'. induction loops as [|loops IH]; intros s' Run Ha Hx.
  - split; [now apply (encodes_ext s)|now apply (always_ext s)].
  - destruct Run as (s1 & Run & Last). cbn [network]. destruct (IH s1 Run Ha Hx) as [Hx1 Ha1].
    apply (stages_exact bs sts s1); auto.
Qed.
End Blocks.

(** What is off by [eps] at most is off by more at most. *)
Lemma heads_bring_more rs D O shares n always ls eps eps' : eps <= eps' ->
  heads_bring rs D O shares n eps always ls -> heads_bring rs D O shares n eps' always ls.
Proof.
  intros He H s x i Ha Hi. destruct (H s x i Ha Hi) as [E S]. split; [exact E|].
  intros found r k F Hr Hk. eapply Rle_trans; [now apply S|exact He].
Qed.
