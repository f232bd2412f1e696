(** Weights that differ only in how they are written down: blocks of the same weights compute the same, in every
    arithmetic. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Transformer Program.
Import ListNotations.

Definition same_row (a b : row) : Prop := forall column, entry a column = entry b column.

Lemma same_nth {X} (same : X -> X -> Prop) a b none i : Forall2 same a b -> same none none ->
  same (nth i a none) (nth i b none).
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

(** * What they compute *)
Section Networks.
Context {A : Type} (O : arithmetic A).
Variable shares : forall (n : nat) (sees : nat -> bool) (score : nat -> A), nat -> A.
Variable d : nat.
Hypothesis sum_same : forall n f g, (forall i, i < n -> f i = g i) -> sum O n f = sum O n g.

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
  rewrite (once2_same n (length b) _ (fun i h => relu O (add O (dot O d (reads (nth h b no)) (x i)) (half O (bias (nth h b
    no)))))).
  - apply once2_same. intros i f _ _. f_equal. apply sum_same. intros h _. now rewrite (same_writes _ _ (S h)).
  - intros i h _ _. now rewrite (dot_same _ _ _ (same_reads _ _ (S h))), (same_bias _ _ (S h)).
Qed.
End Networks.
