(** From the weights in a file to those of a construction: a comparison that Coq carries out, and what it is worth.

    Attention heads stand in their order, the hidden units of a block in any. *)
From Coq Require Import ZArith List Bool Lia Permutation.
From Tmformer Require Import Machine Transformer Program Same Blocks.
Import ListNotations.

(** * Machines given by a table *)

(** A row for each state, in it an entry for each symbol. *)
Definition machine_of (states symbols : nat) (one_way : bool) (rules : list (list (option (nat * move * nat)))) : machine :=
  {|
  Machine.states := states;
  Machine.symbols := symbols;
  Machine.one_way := one_way;
  delta := fun q a => nth a (nth q rules []) None
|}.

Definition is_machine_b (M : machine) : bool :=
  forallb (fun q => forallb (fun a =>
    match delta M q a with Some (w, _, p) => (w <? symbols M) && (p <? states M) | None => true end)
    (seq 0 (symbols M))) (seq 0 (states M)).

Lemma is_machine_sound M : is_machine_b M = true -> is_machine M.
Proof.
  unfold is_machine_b, is_machine. rewrite forallb_forall. intros H q a w m p Hq Ha E.
  specialize (H q ltac:(apply in_seq; lia)). rewrite forallb_forall in H.
  specialize (H a ltac:(apply in_seq; lia)). rewrite E in H.
  apply andb_prop in H. rewrite !Nat.ltb_lt in H. exact H.
Qed.

(** * Comparing weights *)

(** Rows in a file: columns in binary, so that they are short. *)
Definition from_file (w : list (Z * Z)) : row := map (fun '(column, x) => (Z.to_nat column, x)) w.

Definition head_of_file (query key value output : list (list (Z * Z))) (causal : bool) : attention_head := {|
  Transformer.query := map from_file query;
  Transformer.key := map from_file key;
  Transformer.value := map from_file value;
  Transformer.output := map from_file output;
  Transformer.causal := causal
|}.

Definition unit_of_file (reads : list (Z * Z)) (bias : Z) (writes : list (Z * Z)) : hidden_unit := {|
  Transformer.reads := from_file reads;
  Transformer.bias := bias;
  Transformer.writes := from_file writes
|}.

Fixpoint lists_eqb {X} (eqb : X -> X -> bool) (a b : list X) : bool :=
  match a, b with
  | [], [] => true
  | x :: a, y :: b => eqb x y && lists_eqb eqb a b
  | _, _ => false
  end.

(** Entries can only differ in columns that occur in one of the rows. *)
Definition rows_eqb (a b : row) : bool := forallb (fun each => entry a (fst each) =? entry b (fst each))%Z (a ++ b).

Definition heads_eqb (a b : attention_head) : bool :=
  lists_eqb rows_eqb (query a) (query b) && lists_eqb rows_eqb (key a) (key b) &&
  lists_eqb rows_eqb (value a) (value b) && lists_eqb rows_eqb (output a) (output b) && eqb (causal a) (causal b).

Definition units_eqb (a b : hidden_unit) : bool :=
  rows_eqb (reads a) (reads b) && (bias a =? bias b)%Z && rows_eqb (writes a) (writes b).

(** The first unit that is the same, taken away. *)
Fixpoint without (u : hidden_unit) (us : list hidden_unit) : option (list hidden_unit) :=
  match us with
  | [] => None
  | v :: us => if units_eqb u v then Some us else option_map (cons v) (without u us)
  end.

Fixpoint units_match (us vs : list hidden_unit) : bool :=
  match us with
  | [] => match vs with [] => true | _ => false end
  | u :: us => match without u vs with Some vs => units_match us vs | None => false end
  end.

Definition block_check (a b : block) : bool := lists_eqb heads_eqb (heads a) (heads b) && units_match (units a) (units b).

(** Whether the blocks of a file are those of a construction. *)
Definition check : list block -> list block -> bool := lists_eqb block_check.

(** * What the comparison is worth *)

Lemma lists_eqb_sound {X} (eqb : X -> X -> bool) (same : X -> X -> Prop) :
  (forall x y, eqb x y = true -> same x y) -> forall a b, lists_eqb eqb a b = true -> Forall2 same a b.
Proof.
  intros sound a. induction a as [|x a IH]; intros [|y b]; cbn; intros H; try discriminate; [constructor|].
  apply andb_prop in H. destruct H. constructor; auto.
Qed.

Lemma entry_absent w column : ~ In column (map fst w) -> entry w column = 0%Z.
Proof.
  unfold entry. induction w as [|[f x] w IH]; cbn; intros H; [reflexivity|].
  destruct (Nat.eqb_spec f column); [tauto|]. apply IH. tauto.
Qed.

Lemma rows_eqb_sound a b : rows_eqb a b = true -> same_row a b.
Proof.
  unfold rows_eqb. rewrite forallb_forall. intros H column.
  destruct (in_dec Nat.eq_dec column (map fst (a ++ b))) as [I|N].
  - apply in_map_iff in I. destruct I as (each & <- & I). apply Z.eqb_eq, H, I.
  - rewrite map_app, in_app_iff in N. rewrite !entry_absent; tauto.
Qed.

Lemma heads_eqb_sound a b : heads_eqb a b = true -> same_head a b.
Proof.
  unfold heads_eqb. rewrite !andb_true_iff. intros [[[[Q K] V] E] C].
  constructor; try (apply (lists_eqb_sound rows_eqb _ rows_eqb_sound); assumption). now apply eqb_prop.
Qed.

Lemma units_eqb_sound a b : units_eqb a b = true -> same_unit a b.
Proof.
  unfold units_eqb. rewrite !andb_true_iff. intros [[I B] E].
  constructor; try (apply rows_eqb_sound; assumption). now apply Z.eqb_eq.
Qed.

Lemma without_sound u us rest : without u us = Some rest -> exists v, same_unit u v /\ Permutation us (v :: rest).
Proof.
  revert rest. induction us as [|v us IH]; cbn; intros rest H; [discriminate|]. destruct (units_eqb u v) eqn:E.
  - injection H as <-. exists v. split; [now apply units_eqb_sound|reflexivity].
  - destruct (without u us) as [us'|]; [|discriminate]. injection H as <-. destruct (IH us' eq_refl) as (w & S & P).
    exists w. split; [exact S|]. rewrite P. apply perm_swap.
Qed.

Lemma units_match_sound us vs : units_match us vs = true -> exists ws, Forall2 same_unit us ws /\ Permutation ws vs.
Proof.
  revert vs. induction us as [|u us IH]; cbn; intros vs H.
  - destruct vs; [|discriminate]. exists []. now split.
  - destruct (without u vs) as [vs'|] eqn:E; [|discriminate]. destruct (without_sound u vs vs' E) as (v & S & P).
    destruct (IH vs' H) as (ws & F & Q). exists (v :: ws). split; [now constructor|]. rewrite P. now apply perm_skip.
Qed.

Theorem check_sound rs blocks stages : check blocks (map (lower rs) stages) = true -> Forall2 (implements rs) blocks stages.
Proof.
  revert stages. induction blocks as [|b blocks IH]; intros [|st stages]; cbn; intros H; try discriminate; [constructor|].
  apply andb_prop in H as [H Rest]. constructor; [|now apply IH].
  unfold block_check in H. apply andb_prop in H as [Hh Hu]. split.
  - exact (lists_eqb_sound _ _ heads_eqb_sound _ _ Hh).
  - exact (units_match_sound _ _ Hu).
Qed.

(** * The weights of a construction pass *)
Lemma rows_eqb_reflexive a : rows_eqb a a = true.
Proof. apply forallb_forall. intros each _. apply Z.eqb_refl. Qed.

Lemma lists_eqb_reflexive {X} (eqb : X -> X -> bool) a : (forall x, eqb x x = true) -> lists_eqb eqb a a = true.
Proof. intros H. induction a as [|x a IH]; [reflexivity|]. cbn. now rewrite H, IH. Qed.

Theorem check_reflexive blocks : check blocks blocks = true.
Proof.
  apply lists_eqb_reflexive. intros b. unfold block_check. rewrite lists_eqb_reflexive.
  - cbn [andb]. induction (units b) as [|u us IH]; [reflexivity|]. cbn [units_match without].
    unfold units_eqb at 1. now rewrite !rows_eqb_reflexive, Z.eqb_refl.
  - intros h. unfold heads_eqb. rewrite !lists_eqb_reflexive by exact rows_eqb_reflexive. now destruct (causal h).
Qed.

(** What theorems ask of sizes that are given as numbers. *)
Ltac check_sizes := red; repeat match goal with |- _ /\ _ => split end; intros; first
  [ apply is_machine_sound; vm_compute; reflexivity
  | apply Nat.leb_le; vm_compute; reflexivity
  | apply Nat.ltb_lt; vm_compute; reflexivity
  | apply Z.leb_le; vm_compute; reflexivity
  | apply Z.ltb_lt; vm_compute; reflexivity
  | vm_compute in *; solve [reflexivity | discriminate] ].
