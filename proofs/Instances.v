(** Where heads bring what their lookups find: with saturated shares exactly, with graded ones nearly. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Transformer Numbers Program Symbolic Layout Arithmetic Sums Normalisers Scores Attention Tables
  Blocks.
Import ListNotations.
Local Open Scope R_scope.

Section Instances.
Variable rs : list register.
Variable n : nat.

(** Lookups whose numbers the arithmetic holds. *)
Definition lookups_small (B : R) (ls : list lookup) : Prop :=
  forall l, In l ls -> lookup_fits rs l /\ IZR (lookup_need rs l) <= B.

Theorem saturated_brings D B S O (HO : exact_on D B O) shares (always : stream -> Prop) ls : saturated S shares -> 2 <= B ->
  S <= B -> lookups_small S ls ->
  (forall l s i v, In l ls -> always s -> lookup_ok rs l n s -> (forall i, (i < n)%nat -> row_fits rs (s i)) ->
    (i < n)%nat -> finds l s n i v -> IZR (num_winners rs l n s i) <= B) ->
  heads_bring rs D O shares n 0 always ls.
Proof.
  intros Hs H2 HSB Small Few. apply each_brings with 0; try lra.
  - intros l Hl. apply (answer_type _ _ (proj1 (Small l Hl))).
  - intros s x i (Ha & Ok & Fit & Hx) Hi l v c Hl Hv Hc o. destruct (Small l Hl) as [F N]. destruct (Ok l Hl) as [_ Okl].
    assert (E : o = IZR (coordinate (type_of rs (answer l)) v c)).
    { apply (attend_saturated rs l F n s Okl Fit x Hx D B O HO (Rle_trans _ _ _ N HSB) H2 S); auto.
      now apply (Few l s i v). }
    rewrite E. split; [apply (domain_integer _ _ _ HO)|]. split; [rewrite Rminus_eq_0, Rabs_R0; lra|].
    intros (k & Ek). rewrite Ek. apply IZR_le. destruct v; cbn; [destruct (_ =? _)%nat|]; lia.
Qed.

(** In any sequence no more rows can win than there are. *)
Corollary saturated_brings_all D B S O (HO : exact_on D B O) shares (always : stream -> Prop) ls : saturated S shares ->
  2 <= B ->
  S <= B -> INR n <= B -> lookups_small S ls -> heads_bring rs D O shares n 0 always ls.
Proof.
  intros Hs H2 HSB Hn Small. apply saturated_brings with B S; auto. intros l s i v _ _ _ _ _ _.
  eapply Rle_trans; [apply IZR_le, num_winners_most|]. now rewrite <- INR_IZR_INZ.
Qed.

Theorem graded_brings gap shares (always : stream -> Prop) ls : 0 <= gap -> graded gap shares ->
  2 * INR (n - 1) * gap <= 1 ->
  (forall l, In l ls -> lookup_fits rs l) ->
  heads_bring rs (fun _ => True) real shares n (INR (length ls) * (2 * INR (n - 1) * gap)) always ls.
Proof.
  intros Hg Hgr Small Fits. pose proof (pos_INR (n - 1)).
  apply each_brings with (2 * INR (n - 1) * gap).
  - split; [nra|assumption].
  - lra.
  - intros l Hl. apply (answer_type _ _ (Fits l Hl)).
  - intros s x i (Ha & Ok & Fit & Hx) Hi l v c Hl Hv Hc o. destruct (Ok l Hl) as [F Okl]. split; [exact I|].
    now apply (attend_graded rs l F n s Okl Fit x Hx gap shares).
Qed.

(** Where no row is hit twice, one row wins. *)
Lemma one_winner l s i v : lookup_fits rs l -> lookup_ok rs l n s -> (forall i, (i < n)%nat -> row_fits rs (s i)) ->
  (i < n)%nat -> finds l s n i v -> (forall j j', (j < n)%nat -> (j' < n)%nat -> hit l s i j -> hit l s i j' -> j = j') ->
  (num_winners rs l n s i <= 1)%Z.
Proof.
  intros F Ok Fit Hi Hv Alone.
  assert (N : (0 < n)%nat) by lia.
  assert (S0 : seen rs l i 0 = true) by (apply seen_spec; unfold sees; lia).
  pose proof (unit_positive rs l) as U. pose proof (digits_positive rs l F) as M.
  assert (One : forall j j', (j < n)%nat -> (j' < n)%nat -> wins n (seen rs l i) (zscore rs l s i) j = true ->
            wins n (seen rs l i) (zscore rs l s i) j' = true -> j = j').
  { intros j j' Hj Hj' W W'. apply wins_spec in W as [Sj Lj]. apply wins_spec in W' as [Sj' Lj'].
    pose proof (Lj j' Hj' Sj') as A. pose proof (Lj' j Hj Sj) as A'. pose proof (Lj 0%nat N S0) as Z.
    pose proof (Lj' 0%nat N S0) as Z'.
    destruct (asks_or_idle _ _ _ _ Ok i Hi) as [(As & _)|(Id & _)].
    - destruct (score_cases rs l F n s Ok Fit i 0 Hi N As) as [(_ & E0)|[(L & _)|(L & _)]]; [|lia|lia].
      destruct (score_cases rs l F n s Ok Fit i j Hi Hj As) as [(-> & E)|[(P & Hh & E)|(P & _ & E)]];
        destruct (score_cases rs l F n s Ok Fit i j' Hi Hj' As) as [(-> & E')|[(P' & Hh' & E')|(P' & _ & E')]]; try lia.
      now apply Alone.
    - pose proof (score_idle rs l F n s Ok i j Hi Hj Id) as E. pose proof (score_idle rs l F n s Ok i j' Hi Hj' Id) as E'.
      pose proof (score_idle rs l F n s Ok i 0 Hi N Id) as E0. cbn [Nat.eqb] in E0.
      destruct (Nat.eqb_spec j 0), (Nat.eqb_spec j' 0); subst; auto; nia. }
  unfold num_winners. revert One. generalize (wins n (seen rs l i) (zscore rs l s i)) as w. clear. intros w One.
  assert (G : forall m, (m <= n)%nat -> (zsum m (fun j => if w j then 1 else 0) <= 1)%Z /\
            ((forall j, (j < m)%nat -> w j = false) -> zsum m (fun j => if w j then 1%Z else 0%Z) = 0%Z)).
  { induction m as [|m IH]; intros Hm; [cbn; lia|]. destruct (IH ltac:(lia)) as [A C]. cbn [zsum].
    destruct (w m) eqn:E.
    - rewrite C; [split; [lia|]|].
      + intros H. specialize (H m ltac:(lia)). congruence.
      + intros j Hj. destruct (w j) eqn:Ej; [|reflexivity]. assert (j = m) by (apply One; auto; lia). lia.
    - split; [lia|]. intros H. rewrite C; [reflexivity|]. intros. apply H. lia. }
  now apply (G n).
Qed.
End Instances.
