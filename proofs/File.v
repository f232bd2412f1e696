(** From the weights in a file to those of a construction: a comparison that Coq carries out, and what it is worth. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Machine Transformer Program Cellular WeiMa Decoding Numbers.
Import ListNotations.

(** * Machines given by a table *)

(** A row for each state, in it an entry for each symbol. *)
Definition machine_of (states symbols : nat) (one_way : bool)
  (rules : list (list (option (nat * move * nat)))) : machine := {|
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

Definition block_eqb (a b : block) : bool :=
  lists_eqb heads_eqb (heads a) (heads b) && lists_eqb units_eqb (units a) (units b).

Definition blocks_eqb : list block -> list block -> bool := lists_eqb block_eqb.

(** * What equal weights share *)

Definition same_row (a b : row) : Prop := forall column, entry a column = entry b column.

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

Lemma same_nth {X} (same : X -> X -> Prop) a b none i :
  Forall2 same a b -> same none none -> same (nth i a none) (nth i b none).
Proof. intros H. revert i. induction H; intros [|i]; cbn; auto. Qed.

Lemma same_length {X Y} (same : X -> Y -> Prop) a b : Forall2 same a b -> length a = length b.
Proof. induction 1; cbn; auto. Qed.

Record same_head (a b : attention_head) : Prop := {
  same_query : Forall2 same_row (query a) (query b);
  same_key : Forall2 same_row (key a) (key b);
  same_value : Forall2 same_row (value a) (value b);
  same_output : Forall2 same_row (output a) (output b);
  same_causal : causal a = causal b
}.
Record same_unit (a b : hidden_unit) : Prop := {
  same_reads : same_row (reads a) (reads b);
  same_bias : bias a = bias b;
  same_writes : same_row (writes a) (writes b)
}.
Record same_block (a b : block) : Prop := {
  same_heads : Forall2 same_head (heads a) (heads b);
  same_units : Forall2 same_unit (units a) (units b)
}.

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

Lemma blocks_eqb_sound a b : blocks_eqb a b = true -> Forall2 same_block a b.
Proof.
  apply lists_eqb_sound. intros x y. unfold block_eqb. rewrite andb_true_iff. intros [H U].
  constructor; [exact (lists_eqb_sound _ _ heads_eqb_sound _ _ H) | exact (lists_eqb_sound _ _ units_eqb_sound _ _ U)].
Qed.

(** * Networks of equal weights compute the same *)

Section Networks.
Context {A : Type} (O : arithmetic A).
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.
Variable d : nat.
Hypothesis sum_same : forall n f g, (forall i, i < n -> f i = g i) -> sum O n f = sum O n g.

Lemma once_same n f g : (forall i, i < n -> f i = g i) -> once O n f = once O n g.
Proof.
  intros H. unfold once. replace (map g (seq 0 n)) with (map f (seq 0 n)); [reflexivity|].
  apply map_ext_in. intros i I. apply H. apply in_seq in I. lia.
Qed.

Lemma once2_same n m f g : (forall i j, i < n -> j < m -> f i j = g i j) -> once2 O n m f = once2 O n m g.
Proof.
  intros H. unfold once2.
  replace (map (fun i => map (g i) (seq 0 m)) (seq 0 n)) with (map (fun i => map (f i) (seq 0 m)) (seq 0 n)); [reflexivity|].
  apply map_ext_in. intros i I. apply map_ext_in. intros j J. apply in_seq in I, J. apply H; lia.
Qed.

Lemma dot_same a b x : same_row a b -> dot O d a x = dot O d b x.
Proof. intros H. apply sum_same. intros. now rewrite H. Qed.

Lemma project_same n a b x : Forall2 same_row a b -> project O d n a x = project O d n b x.
Proof.
  intros H. unfold project. rewrite (same_length _ _ _ H). apply once2_same. intros. apply dot_same.
  now apply same_nth.
Qed.

Lemma attend_same a b n x : same_head a b -> attend O shares d a n x = attend O shares d b n x.
Proof.
  intros [Q K V E C]. unfold attend.
  now rewrite (project_same n _ _ x Q), (project_same n _ _ x K), (project_same n _ _ x V), C,
    (same_length _ _ _ Q), (same_length _ _ _ V).
Qed.

Definition same_message (a b : row * (nat -> A)) : Prop := same_row (fst a) (fst b) /\ snd a = snd b.

Lemma messages_same a b n x : Forall2 same_head a b ->
  Forall2 same_message (messages O shares d a n x) (messages O shares d b n x).
Proof.
  unfold messages. induction 1 as [|h k a b H _ IH]; cbn [flat_map]; [constructor|].
  apply Forall2_app; [|exact IH].
  rewrite (attend_same _ _ n x H), (same_length _ _ _ (same_value _ _ H)).
  induction (seq 0 (length (value k))) as [|c l IHl]; cbn [map]; constructor; [|exact IHl].
  split; cbn; [|reflexivity]. now apply same_nth; [apply same_output|].
Qed.

Lemma message_same (p q : row * (nat -> A)) i f : same_message p q ->
  (let '(w, o) := p in mul O (half O (2 * entry w f)) (o i)) = (let '(w, o) := q in mul O (half O (2 * entry w f)) (o i)).
Proof. destruct p, q. intros [R E]. cbn in R, E. now rewrite R, E. Qed.

Lemma attended_same a b n x : Forall2 same_head a b -> attended O shares d a n x = attended O shares d b n x.
Proof.
  intros H. pose proof (messages_same a b n x H) as S. unfold attended.
  rewrite (same_length _ _ _ S). apply once2_same. intros i f _ _. f_equal. apply sum_same. intros e _.
  apply message_same, same_nth; [exact S | now split].
Qed.

Lemma mlp_same a b n x : Forall2 same_unit a b -> mlp O d a n x = mlp O d b n x.
Proof.
  intros H. unfold mlp. set (no := {| reads := []; bias := 0; writes := [] |}). rewrite (same_length _ _ _ H).
  assert (S : forall h, same_unit (nth h a no) (nth h b no)).
  { intros h. apply same_nth; [exact H|]. now constructor. }
  rewrite (once2_same n (length b) _
    (fun i h => relu O (add O (dot O d (reads (nth h b no)) (x i)) (half O (bias (nth h b no)))))).
  - apply once2_same. intros i f _ _. f_equal. apply sum_same. intros h _. now rewrite (same_writes _ _ (S h)).
  - intros i h _ _. now rewrite (dot_same _ _ _ (same_reads _ _ (S h))), (same_bias _ _ (S h)).
Qed.

Lemma apply_blocks_same a b n x : Forall2 same_block a b -> apply_blocks O shares d a n x = apply_blocks O shares d b n x.
Proof.
  intros H. unfold apply_blocks. revert x. induction H as [|k l a b [H U] _ IH]; cbn [fold_left]; intros x; [reflexivity|].
  rewrite IH. unfold apply_block. now rewrite (attended_same _ _ n x H), (mlp_same _ _ n _ U).
Qed.

(** What is proved of the network with weights [b] holds of that with weights [a]. *)
Theorem networks_same a b loops n x :
  blocks_eqb a b = true -> network O shares d a loops n x = network O shares d b loops n x.
Proof.
  intros H. apply blocks_eqb_sound in H. induction loops as [|loops IH]; cbn [network]; [reflexivity|].
  rewrite IH. now apply apply_blocks_same.
Qed.
End Networks.

(** * What is proved of a construction's weights holds of a file with equal weights *)

Section Files.
Context {A : Type} (O : arithmetic A).
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.
Hypothesis sum_same : forall n f g, (forall i, i < n -> f i = g i) -> sum O n f = sum O n g.
Variables file blocks : list block.
Hypothesis same : blocks_eqb file blocks = true.

Theorem cellular_file M digits width origin :
  cellular_simulates O shares blocks M digits width origin -> cellular_simulates O shares file M digits width origin.
Proof.
  unfold cellular_simulates, cellular_after. intros H start T. rewrite (networks_same O shares _ sum_same _ _ _ _ _ same).
  apply H.
Qed.

Lemma decoded_same M K D B bits origin R start t :
  wei_ma_decoded O shares file M K D B bits origin R start t = wei_ma_decoded O shares blocks M K D B bits origin R start t.
Proof.
  induction t as [|t IH]; cbn [wei_ma_decoded]; [reflexivity|]. unfold wei_ma_after.
  now rewrite IH, (networks_same O shares _ sum_same _ _ _ _ _ same).
Qed.

Theorem wei_ma_file M K D B bits blank origin R T :
  wei_ma_simulates O shares blocks M K D B bits blank origin R T ->
  wei_ma_simulates O shares file M K D B bits blank origin R T.
Proof.
  unfold wei_ma_simulates. intros H start t. rewrite decoded_same. unfold wei_ma_after.
  rewrite (networks_same O shares _ sum_same _ _ _ _ _ same). apply H.
Qed.
End Files.

Lemma real_sums : forall n f g, (forall i, i < n -> f i = g i) -> sum real n f = sum real n g.
Proof. intros n f g H. cbn. induction n as [|n IH]; cbn; [reflexivity|]. rewrite IH, H; auto. Qed.

(** What theorems ask of sizes that are given as numbers. *)
Ltac check_sizes := intros; first
  [ apply is_machine_sound; vm_compute; reflexivity
  | apply Nat.leb_le; vm_compute; reflexivity
  | apply Nat.ltb_lt; vm_compute; reflexivity
  | apply Z.leb_le; vm_compute; reflexivity
  | apply Z.ltb_lt; vm_compute; reflexivity
  | vm_compute in *; solve [reflexivity | discriminate] ].
