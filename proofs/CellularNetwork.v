(** The cellular network computes the machine, in every arithmetic and with every normaliser for which attention heads
    bring what their lookups find. *)
From Coq Require Import ZArith List Bool Lia Reals Lra.
From Tmformer Require Import Machine Transformer Numbers Program Cellular Decoding Symbolic Layout Arithmetic Sums Scores
  Attention Tables Blocks.
From Tmformer Require Import CellularSteps.
Import ListNotations.
Local Open Scope R_scope.

Section Network.
Variable M : machine.
Variables digits width : nat.
Variable origin : Z.
Hypothesis machine_ok : is_machine M.
Hypothesis some_digits : (1 <= digits)%nat.
Hypothesis enough_digits : (width + 1 <= 2 ^ digits)%nat.
Hypothesis one_way_origin : one_way M = true -> origin = 0%Z.
Notation rs := (registers M digits).
Notation n := (width + 1)%nat.

(** * What the table asks for *)
Lemma rule_sizes ru : In ru (rules (the_table M)) -> (rule_need rs ru <= 48)%Z /\ (scratch_entries rs ru <= 1)%nat.
Proof.
  cbn [the_table rules]. unfold transitions. intros H. apply in_flat_map in H as (q & _ & H).
  apply in_flat_map in H as (a & _ & H).
  destruct (transition_rule M q a ru H) as (rest & writes & w & m & m' & p & _ & E & R & W & S).
  destruct (arriving_type M digits) as [AT AS]. pose proof (symbol_type M digits) as ST.
  assert (SS : is_scratch rs (symbol M) = false) by (names; destruct (one_way M); reflexivity).
  assert (LA : length (holds rs (arriving M, Some q)) = 1%nat) by (unfold holds, vector; cbn [fst snd]; now rewrite AT).
  assert (LS : length (holds rs (symbol M, Some a)) = 1%nat) by (unfold holds, vector; cbn [fst snd]; now rewrite ST).
  unfold rule_need, scratch_entries. rewrite E, W, app_length. cbn [flat_map map list_sum fold_right fst length].
  rewrite AS, SS, !app_length, LA, LS.
  assert (LR : (length (flat_map (holds rs) rest) <= 1)%nat /\
            list_sum (map (fun l => if is_scratch rs (fst l) then length (holds rs l) else 0) rest)%nat = 0%nat).
  { destruct R as [-> | (Y & e & -> & _)]; [cbn; lia|].
    pose proof (proj2 (proj2 (flag_type M digits)) Y) as ET.
    assert (ES : is_scratch rs edge = false) by (names; rewrite Y; reflexivity).
    cbn [flat_map map list_sum fold_right fst]. rewrite ES, app_nil_r. split; [|reflexivity].
    unfold holds, vector, span, size. cbn [fst snd]. rewrite ET. destruct e; cbn; lia. }
  unfold list_sum in LR. destruct LR as [L1 L2]. rewrite L2.
  assert (LW : (length writes <= 1)%nat) by (destruct S as [-> | ->]; cbn; lia). lia.
Qed.

Lemma transitions_plain : table_plain rs (the_table M).
Proof.
  assert (K : forall ru r v, In ru (rules (the_table M)) -> In (r, v) (whenever ru) -> exists k, type_of rs r = OneHot k).
  { intros ru r v H I. cbn [the_table rules] in H. unfold transitions in H. apply in_flat_map in H as (q & _ & H).
    apply in_flat_map in H as (a & _ & H).
    destruct (transition_rule M q a ru H) as (rest & writes & w & m & m' & p & _ & E & R & _).
    rewrite E in I. destruct I as [I|[I|I]].
    - injection I as <- <-. exists (states M). apply (arriving_type M digits).
    - injection I as <- <-. exists (symbols M). apply symbol_type.
    - destruct R as [-> | (Y & e & -> & _)]; [destruct I|]. destruct I as [I|[]]. injection I as <- <-.
      exists 1%nat. now apply (flag_type M digits). }
  split.
  - intros ru r H I. exact (K ru r None H I).
  - intros ru r a k H I E. destruct (K ru r (Some a) H I) as (c & Ec). congruence.
Qed.

(** * In an arithmetic *)
Variable D : R -> Prop.
Variable B : R.
Variable O : arithmetic R.
Hypothesis HO : exact_on D B O.
Hypothesis HB : 48 <= B.
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> R), nat -> R.
Variable eps : R.
Hypothesis eps_range : 0 <= eps <= 1 / 4.
Variable blocks : list block.
Hypothesis blocks_ok : Forall2 (implements rs) blocks (cellular M).
Variable always : stream -> Prop.
Hypothesis always_ext : forall s s', (forall i r, (i < n)%nat -> (r < length rs)%nat -> s i r = s' i r) -> always s ->
  always s'.
Hypothesis always_kept : forall s s', always s -> stage_step rs (the_stage M) n s s' -> always s'.
Hypothesis bring : heads_bring rs D O shares n eps always (lookups (the_stage M)).

Section Run.
Variable start : configuration.
Hypothesis start_ok : is_configuration M start.
Hypothesis always_start : always (prompt M digits origin start).

Lemma cellular_ok : program_ok rs D B O shares n eps always (cellular M).
Proof.
  intros st H. assert (F := cellular_fits M digits machine_ok some_digits st H).
  rewrite cellular_stage in H. destruct H as [<-|[]].
  split; [exact F|]. split; [exact transitions_plain|]. split; [|split; [exact bring|exact always_kept]].
  constructor.
  - change (length (lookups (the_stage M))) with 3%nat. cbn [Z.of_nat Z.mul Z.add Pos.of_succ_nat Pos.succ Pos.mul Pos.add].
    lra.
  - intros ru Hru. destruct (rule_sizes ru Hru) as [N _]. apply IZR_le in N. lra.
  - intros ru Hru. destruct (rule_sizes ru Hru) as [_ N]. apply le_INR in N. change (INR 1) with 1 in N.
    pose proof (pos_INR (scratch_entries rs ru)). nra.
Qed.

Lemma half_coordinate t v k : half O (2 * coordinate t v k) = IZR (coordinate t v k).
Proof.
  apply (half_integer D B O HO). rewrite <- abs_IZR. apply Rle_trans with 1; [|lra]. apply IZR_le, Scores.coordinate_small.
Qed.

Lemma embedded_encodes : encodes rs n (prompt M digits origin start) (fun i => embedded O rs (prompt M digits origin start
  i)).
Proof.
  intros i f Hi Hf. unfold embedded. apply (half_integer D B O HO). rewrite <- abs_IZR. apply Rle_trans with 1; [|lra].
  apply IZR_le, flat_small.
Qed.

Lemma holds_value s x i r : encodes rs n s x -> (i < n)%nat -> (r < length rs)%nat -> register_holds O rs (x i) r (s i r).
Proof.
  intros Hx Hi Hr k Hk. rewrite Hx by (auto using first_below). now rewrite flat_at, half_coordinate.
Qed.

Notation result T := (cellular_after O shares blocks M digits width origin T start).

Lemma result_encodes T s : loops_run rs (cellular M) T n (prompt M digits origin start) s -> encodes rs n s (result T).
Proof.
  intros Run. assert (R : 0 <= eps <= 1) by lra.
  exact (proj1 (network_exact rs D B O HO shares n eps R always always_ext blocks (cellular M) T _ s _
    blocks_ok cellular_ok Run always_start embedded_encodes)).
Qed.

(** As long as the tape head is inside: the configuration after T machine steps. *)
Lemma network_runs T : inside width origin (head start) ->
  (forall t, (t < T)%nat -> inside width origin (head (run M t start))) ->
  cellular_represents O M digits width origin (result T) (run M T start) /\
  forall z, ~ inside width origin z -> tape (run M T start) z = tape start z.
Proof.
  intros H0 Hin. destruct (cellular_runs M digits width origin machine_ok some_digits enough_digits one_way_origin
    start start_ok T H0 Hin) as (s & Run & (Tape & p & m & Hp & Hh & Hm) & Out). split; [|exact Out].
  pose proof (result_encodes T s Run) as E. split.
  - intros i Hi. rewrite <- (Tape i Hi). apply (holds_value s); [exact E|lia|apply kind_known; constructor].
  - exists p, m. split; [exact Hp|]. split; [exact Hh|]. intros i m' Hi. rewrite <- (Hm i m' Hi).
    apply (holds_value s); [exact E|lia|apply kind_known; constructor].
Qed.

(** Once it has left: no message, and the tape as it was then. *)
Lemma network_leaves T T' : (forall t, (t < T)%nat -> inside width origin (head (run M t start))) ->
  ~ inside width origin (head (run M T start)) -> (T < T')%nat ->
  cellular_silent O M digits width (result T') /\ cellular_tape O M digits width origin (result T') (run M T start).
Proof.
  intros Hin Out HT. destruct (cellular_leaves M digits width origin machine_ok some_digits enough_digits one_way_origin
    start start_ok T Hin Out T' HT) as (s & Run & None_ & Tape & _).
  pose proof (result_encodes T' s Run) as E. split.
  - intros i m Hi. rewrite <- (None_ i m Hi). apply (holds_value s); [exact E|lia|apply kind_known; constructor].
  - intros i Hi. rewrite <- (Tape i Hi). apply (holds_value s); [exact E|lia|apply kind_known; constructor].
Qed.
End Run.

Theorem network_simulates : (forall start, is_configuration M start -> always (prompt M digits origin start)) ->
  cellular_simulates O shares blocks M digits width origin.
Proof.
  intros Hs start T Hc H0. split.
  - intros Hin. apply network_runs; auto.
  - intros t Ht Hin Out. apply network_leaves; auto.
Qed.
End Network.
