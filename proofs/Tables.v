(** A table lowered to an MLP computes the table, exactly, where the arithmetic is exact; scratch may be off by a
    little. *)
From Coq Require Import ZArith List Bool Lia Reals Lra Permutation.
From Tmformer Require Import Transformer Program Symbolic Layout Arithmetic Sums.
Import ListNotations.
Local Open Scope R_scope.

(** * What is asked of tables *)
Section Asked.
Variable rs : list register.

(** Only one-hot registers are tested for being empty; a code that is tested for a value has digits. *)
Record table_plain (t : table) : Prop := {
  empty_one_hot : forall ru r, In ru (rules t) -> In (r, None) (whenever ru) -> exists n, type_of rs r = OneHot n;
  some_digits : forall ru r a k, In ru (rules t) -> In (r, Some a) (whenever ru) -> type_of rs r = Code k -> (1 <= k)%nat
}.

Definition plain_literal (l : nat * option nat) : bool :=
  match type_of rs (fst l), snd l with
  | OneHot _, _ => true
  | Code k, Some _ => (1 <=? k)%nat
  | Code _, None => false
  end.

(** How many coordinates of scratch registers a rule reads. *)
Definition scratch_entries (ru : rule) : nat :=
  list_sum (map (fun l => if is_scratch rs (fst l) then length (holds rs l) else 0%nat) (whenever ru)).

(** How large numbers may get where a rule is computed. *)
Definition rule_need (ru : rule) : Z :=
  (8 * (1 + Z.of_nat (length (flat_map (holds rs) (whenever ru))) + Z.of_nat (length (then_write ru))))%Z.
End Asked.

(** * Literals *)
Section Literals.
Local Open Scope Z_scope.
Variable rs : list register.

Definition literal_fits (l : nat * option nat) : Prop :=
  (fst l < length rs)%nat /\ match snd l with Some a => fits (type_of rs (fst l)) a | None => True end.

Lemma coordinate_small ty o i : Z.abs (coordinate ty o i) <= 1.
Proof. destruct ty, o as [a|]; cbn; try lia; [destruct (_ =? _)%nat|destruct (Nat.testbit _ _)]; lia. Qed.

Lemma vector_in r a g e : fits (type_of rs r) a -> In (g, e) (vector rs r a) ->
  exists i, (i < size rs r)%nat /\ g = (first rs r + i)%nat /\ e = coordinate (type_of rs r) (Some a) i.
Proof.
  unfold vector, size. destruct (type_of rs r) as [n|k]; intros Ha Hin.
  - destruct Hin as [E|[]]. injection E as <- <-. exists a. cbn in *. now rewrite Nat.eqb_refl.
  - apply in_map_iff in Hin as (i & E & Hi). apply in_seq in Hi. injection E as <- <-. exists i.
    cbn [width]. repeat split. lia.
Qed.

Lemma holds_in l g e : literal_fits l -> In (g, e) (holds rs l) ->
  exists i, (i < size rs (fst l))%nat /\ g = (first rs (fst l) + i)%nat /\ Z.abs e <= 1.
Proof.
  destruct l as [r [a|]]; unfold literal_fits, holds; cbn [fst snd]; intros [Hr Ha] Hin.
  - apply vector_in in Hin as (i & Hi & -> & ->); [|assumption]. exists i. repeat split; auto. apply coordinate_small.
  - apply in_map_iff in Hin as (f & E & Hf). unfold span in Hf. apply in_seq in Hf. injection E as <- <-.
    exists (f - first rs r)%nat. lia.
Qed.

Definition digit (a i : nat) : Z := if Nat.testbit a i then 1 else -1.

(** Digits agree as often as there are some, or less. *)
Lemma digits_agree s a b n (c : nat -> Z) : (forall i, (i < n)%nat -> c (s + i)%nat = digit b i) ->
  let z := zdot (map (fun i => ((s + i)%nat, digit a i)) (seq 0 n)) c in
  (z = Z.of_nat n /\ forall i, (i < n)%nat -> Nat.testbit a i = Nat.testbit b i) \/ (z <= Z.of_nat n - 2 /\ a <> b).
Proof.
  cbv zeta. induction n as [|n IH]; intros H; [left; split; [reflexivity|lia]|].
  rewrite seq_S, map_app, zdot_app. cbn [map zdot fold_right fst snd Nat.add]. rewrite (H n) by lia.
  specialize (IH ltac:(intros; apply H; lia)).
  set (z := zdot _ c) in *. clearbody z. unfold digit.
  destruct (Nat.testbit a n) eqn:Ea, (Nat.testbit b n) eqn:Eb; destruct IH as [[Hz IH]|[Hz IH]];
    try (right; split; [lia|assumption]); try (right; split; [lia|intros ->; congruence]).
  all: left; split; [lia|]; intros i Hi; destruct (Nat.eq_dec i n) as [->|]; [congruence|apply IH; lia].
Qed.

Lemma bits_equal k a b : (a < 2 ^ k)%nat -> (b < 2 ^ k)%nat ->
  (forall i, (i < k)%nat -> Nat.testbit a i = Nat.testbit b i) -> a = b.
Proof.
  intros Ha Hb H. apply Nat.bits_inj. intros i. destruct (Nat.lt_ge_cases i k) as [Hi|Hi]; [now apply H|].
  rewrite <- (Nat.mod_small a (2 ^ k)), <- (Nat.mod_small b (2 ^ k)) by assumption.
  now rewrite !Nat.mod_pow2_bits_high.
Qed.

(** What a one-hot register's coordinates add up to. *)
Lemma ones s n o (c : nat -> Z) : (forall i, (i < n)%nat -> c (s + i)%nat = coordinate (OneHot n) o i) ->
  (forall a, o = Some a -> (a < n)%nat) ->
  zdot (map (fun f => (f, -1)) (seq s n)) c = match o with Some _ => -1 | None => 0 end.
Proof.
  intros H Ho. assert (K : forall m, (m <= n)%nat -> zdot (map (fun f => (f, -1)) (seq s m)) c =
    match o with Some a => if (a <? m)%nat then -1 else 0 | None => 0 end).
  { induction m as [|m IH]; intros Hm; [now destruct o|]. rewrite seq_S, map_app, zdot_app, IH by lia.
    cbn [map zdot fold_right fst snd]. rewrite H by lia. destruct o as [a|]; cbn [coordinate]; [|reflexivity].
    destruct (Nat.ltb_spec a m), (Nat.ltb_spec a (S m)), (Nat.eqb_spec m a); lia. }
  rewrite K by lia. destruct o as [a|]; [|reflexivity]. specialize (Ho a eq_refl). now destruct (Nat.ltb_spec a n); [|lia].
Qed.

(** A literal that holds has the value [held]; one that does not has less. *)
Lemma literal_value v l : row_fits rs v -> literal_fits l -> plain_literal rs l = true ->
  if is_held v l then zdot (holds rs l) (flat rs v) = held rs l else zdot (holds rs l) (flat rs v) <= held rs l - 1.
Proof.
  destruct l as [r o]. unfold literal_fits, plain_literal, is_held, holds, held. cbn [fst snd].
  intros Hv [Hr Hf] Hp. assert (F := flat_at rs v r). assert (V := fun a => Hv r a Hr).
  destruct o as [a|].
  - unfold vector, size in *. destruct (type_of rs r) as [n|k]; cbn [fits width] in *; [|apply Nat.leb_le in Hp].
    + cbn [zdot fold_right fst snd length]. rewrite F by assumption. cbn [coordinate].
      destruct (v r) as [b|]; [|lia]. rewrite (Nat.eqb_sym b a). destruct (a =? b)%nat; lia.
    + rewrite map_length, seq_length. destruct (v r) as [b|].
      * destruct (digits_agree (first rs r) a b k (flat rs v) ltac:(intros; now rewrite F)) as [[E H]|[E H]];
          unfold digit in E; cbn [coordinate].
        -- rewrite (bits_equal k b a) by (auto; symmetry; auto). now rewrite Nat.eqb_refl.
        -- destruct (Nat.eqb_spec b a); [congruence|lia].
      * rewrite (zdot_ext _ _ (fun _ => 0)).
        -- cut (forall w, zdot w (fun _ => 0) = 0); [intros ->; lia|].
           induction w as [|e w IH]; [reflexivity|]. unfold zdot in *. cbn [fold_right]. now rewrite IH, Z.mul_0_r.
        -- intros f x Hin. apply in_map_iff in Hin as (i & E & Hi). apply in_seq in Hi. injection E as <- _.
           now rewrite F by lia.
  - destruct (type_of rs r) as [n|] eqn:E; [|easy]. unfold span, size in *. rewrite E in *. cbn [width fits] in *.
    rewrite (ones (first rs r) n (v r)) by auto. destruct (v r); lia.
Qed.
End Literals.

(** * Effects *)
Definition zlist {A} (F : A -> Z) (l : list A) : Z := fold_right (fun a rest => F a + rest)%Z 0%Z l.

Section Effects.
Local Open Scope Z_scope.
Variable rs : list register.
Variable t : table.

Lemma zlist_app {A} (F : A -> Z) l l' : zlist F (l ++ l') = zlist F l + zlist F l'.
Proof. unfold zlist. induction l as [|a l IH]; cbn; [reflexivity|]. rewrite IH. ring. Qed.

Lemma zlist_ext {A} (F G : A -> Z) l : (forall a, In a l -> F a = G a) -> zlist F l = zlist G l.
Proof. unfold zlist. induction l as [|a l IH]; cbn; intros H; [reflexivity|]. rewrite H, IH; auto. Qed.

Lemma zlist_abs {A} (F : A -> Z) b l :
  (forall a, In a l -> Z.abs (F a) <= b) -> Z.abs (zlist F l) <= b * Z.of_nat (length l).
Proof.
  unfold zlist. induction l as [|a l IH]; intros H; [cbn; lia|]. cbn [fold_right length].
  specialize (IH ltac:(intros; apply H; now right)). specialize (H a (or_introl eq_refl)). lia.
Qed.

Lemma entry_scaled c w f : entry (scaled c w) f = c * entry w f.
Proof.
  induction w as [|[g e] w IH]; [cbn; ring|]. cbn [scaled map]. fold (scaled c w). rewrite !entry_cons, IH.
  destruct (f =? g)%nat; ring.
Qed.

Lemma entry_zero w f : (forall g e, In (g, e) w -> g <> f) -> entry w f = 0.
Proof.
  induction w as [|[g e] w IH]; intros H; [reflexivity|]. rewrite entry_cons.
  destruct (Nat.eqb_spec f g) as [->|]; [now destruct (H g e (or_introl eq_refl))|].
  rewrite IH; [reflexivity|]. intros h b Hh. apply (H h b). now right.
Qed.

Lemma entry_digits s (F : nat -> Z) k i : (i < k)%nat ->
  entry (map (fun i => ((s + i)%nat, F i)) (seq 0 k)) (s + i)%nat = F i.
Proof.
  induction k as [|k IH]; intros Hi; [lia|]. rewrite seq_S, map_app, entry_app. cbn [map Nat.add]. rewrite entry_cons.
  cbn [entry fold_right]. destruct (Nat.eqb_spec (s + i) (s + k)) as [E|E].
  - replace k with i by lia. rewrite entry_zero; [ring|].
    intros g e Hin. apply in_map_iff in Hin as (j & Ej & Hj). apply in_seq in Hj. injection Ej. lia.
  - rewrite IH by lia. ring.
Qed.

Lemma entry_vector r a r' i : (r < length rs)%nat -> fits (type_of rs r) a -> (r' < length rs)%nat -> (i < size rs r')%nat ->
  entry (vector rs r a) (first rs r' + i) = if (r =? r')%nat then coordinate (type_of rs r') (Some a) i else 0.
Proof.
  intros Hr Ha Hr' Hi. destruct (Nat.eqb_spec r r') as [<-|Hne].
  - unfold vector, size in *. destruct (type_of rs r) as [n|k].
    + rewrite entry_cons. cbn [entry fold_right coordinate].
      destruct (Nat.eqb_spec (first rs r + i) (first rs r + a)), (Nat.eqb_spec i a); lia.
    + now rewrite entry_digits.
  - apply entry_zero. intros g e Hin E. apply vector_in in Hin as (j & Hj & -> & _); [|assumption].
    now apply coordinate_unique in E.
Qed.

(** What a rule takes register [r] to hold. *)
Definition before (ru : rule) (r : nat) : option nat :=
  if existsb (Nat.eqb r) (clears t ++ fills t) then None
  else match find (fun l => fst l =? r)%nat (whenever ru) with Some (_, Some old) => Some old | _ => None end.

Definition writes_to (ru : rule) (r : nat) : list nat := map snd (filter (fun p => fst p =? r)%nat (then_write ru)).

(** The entries of a rule's effect at register [r]. *)
Lemma entry_effect ru r i : rule_fits rs t ru -> (r < length rs)%nat -> (i < size rs r)%nat ->
  entry (effect rs t ru) (first rs r + i) =
  zlist (fun a => coordinate (type_of rs r) (Some a) i - coordinate (type_of rs r) (before ru r) i) (writes_to ru r).
Proof.
  intros [_ Hreads Hwrites] Hr Hi. unfold effect, writes_to. induction (then_write ru) as [|[q a] ws IH]; [reflexivity|].
  cbn [flat_map filter fst]. rewrite entry_app, IH by (intros; apply Hwrites; now right).
  destruct (Hwrites q a (or_introl eq_refl)) as (Hq & Ha & _). rewrite entry_app, entry_vector by assumption.
  match goal with |- _ + entry ?w ?f + _ = _ => set (old := entry w f) end.
  assert (E : old = if (q =? r)%nat then - coordinate (type_of rs r) (before ru r) i else 0).
  { subst old. unfold before. destruct (Nat.eqb_spec q r) as [->|Hne].
    - destruct (existsb _ _); [cbn; now destruct (type_of rs r)|].
      destruct (find _ _) as [[q [o|]]|] eqn:Ef; cbn [entry fold_right]; try now destruct (type_of rs r).
      apply find_some in Ef as [Hin Eq]. cbn in Eq. apply Nat.eqb_eq in Eq as ->. destruct (Hreads _ _ Hin).
      rewrite entry_scaled, entry_vector, Nat.eqb_refl by assumption. ring.
    - destruct (existsb _ _); [reflexivity|]. destruct (find _ _) as [[p [o|]]|] eqn:Ef; try reflexivity.
      apply find_some in Ef as [Hin Eq]. cbn in Eq. apply Nat.eqb_eq in Eq as ->. destruct (Hreads _ _ Hin).
      rewrite entry_scaled, entry_vector by assumption. destruct (Nat.eqb_spec q r); [congruence|ring]. }
  rewrite E. destruct (q =? r)%nat; cbn [map zlist fold_right snd]; unfold zlist; ring.
Qed.

Lemma entry_effect_small ru r i : rule_fits rs t ru -> (r < length rs)%nat -> (i < size rs r)%nat ->
  Z.abs (entry (effect rs t ru) (first rs r + i)) <= 2 * Z.of_nat (length (writes_to ru r)).
Proof.
  intros Hru Hr Hi. rewrite entry_effect by assumption. apply zlist_abs. intros a _.
  assert (H := coordinate_small (type_of rs r) (Some a) i).
  assert (H' := coordinate_small (type_of rs r) (before ru r) i). lia.
Qed.

Lemma writes_to_length ru r : (length (writes_to ru r) <= length (then_write ru))%nat.
Proof.
  unfold writes_to. rewrite map_length. induction (then_write ru) as [|p l IH]; cbn; [lia|]. destruct (_ =? _)%nat; cbn; lia.
Qed.

Variable v : nat -> option nat.

Lemma is_held_true l : is_held v l = true -> v (fst l) = snd l.
Proof.
  unfold is_held. destruct (v (fst l)), (snd l); try easy. intros H. apply Nat.eqb_eq in H as ->. reflexivity.
Qed.

Definition old (r : nat) : option nat := if existsb (Nat.eqb r) (clears t ++ fills t) then None else v r.

(** A rule that fires is right about what it takes away. *)
Lemma before_old ru r a : rule_fits rs t ru -> fires v ru = true -> In (r, a) (then_write ru) -> before ru r = old r.
Proof.
  intros [_ _ Hwrites] Hf Hin. unfold before, old. destruct (existsb _ _) eqn:E; [reflexivity|].
  destruct (Hwrites r a Hin) as (_ & _ & [H|[o Ho]]).
  { rewrite (proj2 (existsb_exists _ _)) in E; [easy|]. exists r. now rewrite Nat.eqb_refl. }
  destruct (find _ _) as [[q p]|] eqn:Ef.
  - apply find_some in Ef as [Hq Eq]. cbn in Eq. apply Nat.eqb_eq in Eq as ->.
    unfold fires in Hf. rewrite forallb_forall in Hf. apply Hf, is_held_true in Hq. cbn in Hq. rewrite Hq. now destruct p.
  - apply find_none with (x := (r, o)) in Ef; [|assumption]. cbn in Ef. now rewrite Nat.eqb_refl in Ef.
Qed.

(** All rules that fire. *)
Lemma effects l r i : (forall ru, In ru l -> rule_fits rs t ru) -> (r < length rs)%nat -> (i < size rs r)%nat ->
  zlist (fun ru => if fires v ru then entry (effect rs t ru) (first rs r + i) else 0) l =
  zlist (fun a => coordinate (type_of rs r) (Some a) i - coordinate (type_of rs r) (old r) i) (written_by l v r).
Proof.
  intros H Hr Hi. induction l as [|ru l IH]; [reflexivity|]. cbn [written_by flat_map].
  fold (written_by l v r). rewrite zlist_app, <- IH by (intros; apply H; now right). cbn [zlist fold_right]. f_equal.
  destruct (fires v ru) eqn:Hf; [|reflexivity]. assert (Hru := H ru (or_introl eq_refl)).
  rewrite entry_effect by assumption. apply zlist_ext. intros a Ha. unfold writes_to in Ha.
  apply in_map_iff in Ha as ([q b] & Eb & Hin). apply filter_In in Hin as [Hin Eq]. cbn in Eb, Eq. subst b.
  apply Nat.eqb_eq in Eq as ->. now rewrite (before_old ru r a).
Qed.

Lemma writes_fired l r : Z.of_nat (length (written_by l v r)) =
  zlist (fun ru => if fires v ru then Z.of_nat (length (writes_to ru r)) else 0) l.
Proof.
  induction l as [|ru l IH]; [reflexivity|]. cbn [written_by flat_map zlist fold_right]. fold (written_by l v r).
  rewrite app_length, Nat2Z.inj_add, IH. f_equal. unfold writes_to. now destruct (fires v ru).
Qed.

Lemma existsb_in r l : existsb (Nat.eqb r) l = true <-> In r l.
Proof.
  rewrite existsb_exists. split; [|intros H; exists r; now rewrite Nat.eqb_refl].
  intros (q & Hq & E). apply Nat.eqb_eq in E as ->. assumption.
Qed.

(** What is there, if it is not cleared, and what is written add up to what is there afterwards. *)
Lemma table_after_at r i : table_ok t v ->
  (if existsb (Nat.eqb r) (clears t) then 0 else coordinate (type_of rs r) (v r) i) +
  zlist (fun a => coordinate (type_of rs r) (Some a) i - coordinate (type_of rs r) (old r) i) (written_by (rules t) v r) =
  coordinate (type_of rs r) (table_after t v r) i.
Proof.
  intros Hok. destruct (Hok r) as [H1 H2]. unfold table_after, old. rewrite existsb_app.
  set (w := written_by _ v r) in *. clearbody w.
  assert (N : coordinate (type_of rs r) None i = 0) by now destruct (type_of rs r).
  destruct (existsb (Nat.eqb r) (clears t)) eqn:Ec; cbn [orb].
  - destruct w as [|a [|]]; cbn [zlist fold_right length] in *; rewrite ?N; lia.
  - destruct (existsb (Nat.eqb r) (fills t)) eqn:Ef; cbn [orb]; destruct w as [|a [|]]; cbn [zlist fold_right length] in *;
      rewrite ?N; try lia.
    rewrite H2, N; [lia|now apply existsb_in| |easy]. rewrite <- existsb_in. congruence.
Qed.
End Effects.

(** * Sums over lists of units *)
Definition fsum {A} (F : A -> R) (l : list A) : R := fold_right (fun a rest => F a + rest) 0 l.

Lemma fsum_permuted {A} (F : A -> R) l l' : Permutation l l' -> fsum F l = fsum F l'.
Proof. unfold fsum. induction 1; cbn; lra. Qed.

Lemma fsum_app {A} (F : A -> R) l l' : fsum F (l ++ l') = fsum F l + fsum F l'.
Proof. unfold fsum. induction l as [|a l IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma fsum_flat_map {A C} (F : A -> R) (g : C -> list A) l : fsum F (flat_map g l) = fsum (fun c => fsum F (g c)) l.
Proof. induction l as [|c l IH]; [reflexivity|]. cbn [flat_map]. rewrite fsum_app, IH. reflexivity. Qed.

Lemma fsum_ext {A} (F G : A -> R) l : (forall a, In a l -> F a = G a) -> fsum F l = fsum G l.
Proof. unfold fsum. induction l as [|a l IH]; cbn; intros H; [reflexivity|]. rewrite H, IH; auto. Qed.

Lemma fsum_le {A} (F G : A -> R) l : (forall a, In a l -> F a <= G a) -> fsum F l <= fsum G l.
Proof. unfold fsum. induction l as [|a l IH]; cbn; intros H; [lra|]. apply Rplus_le_compat; auto. Qed.

Lemma fsum_zlist {A} (F : A -> Z) l : fsum (fun a => IZR (F a)) l = IZR (zlist F l).
Proof. unfold fsum, zlist. induction l as [|a l IH]; cbn; [reflexivity|]. now rewrite IH, plus_IZR. Qed.

Lemma fsum_one b c l : NoDup l -> fsum (fun a => if (a =? b)%nat then c else 0) l = if existsb (Nat.eqb b) l then c else 0.
Proof.
  induction 1 as [|a l Ha Hl IH]; [reflexivity|]. cbn [fsum fold_right existsb].
  fold (fsum (fun a => if (a =? b)%nat then c else 0) l).
  rewrite IH, (Nat.eqb_sym b a). destruct (Nat.eqb_spec a b) as [->|]; cbn [orb]; [|ring].
  destruct (existsb (Nat.eqb b) l) eqn:E; [|ring]. now apply existsb_in in E.
Qed.

(** * Rows of small entries *)
Definition listed (w : row) : R := fold_right (fun e rest => Rabs (IZR (snd e)) + rest) 0 w.

Lemma rdot_scaled c w x : rdot (scaled c w) x = IZR c * rdot w x.
Proof.
  unfold rdot. induction w as [|[f e] w IH]; cbn [scaled map fold_right fst snd]; [ring|].
  fold (scaled c w). rewrite IH, mult_IZR. ring.
Qed.

Lemma rdot_abs_scaled c w x : rdot_abs (scaled c w) x = Rabs (IZR c) * rdot_abs w x.
Proof.
  unfold rdot_abs. induction w as [|[f e] w IH]; cbn [scaled map fold_right fst snd]; [ring|].
  fold (scaled c w). rewrite IH, mult_IZR, Rabs_mult. ring.
Qed.

Lemma listed_scaled c w : listed (scaled c w) = Rabs (IZR c) * listed w.
Proof.
  unfold listed. induction w as [|[f e] w IH]; cbn [scaled map fold_right fst snd]; [ring|].
  fold (scaled c w). rewrite IH, mult_IZR, Rabs_mult. ring.
Qed.

Lemma within a b : Rabs a <= b -> - b <= a <= b.
Proof. unfold Rabs. destruct (Rcase_abs a); lra. Qed.

Lemma Rabs_m1 : Rabs (-1) = 1.
Proof. rewrite Rabs_left; lra. Qed.

Lemma small_IZR e b : (Z.abs e <= b)%Z -> Rabs (IZR e) <= IZR b.
Proof. intros H. rewrite <- abs_IZR. now apply IZR_le. Qed.

Lemma listed_small w : (forall g e, In (g, e) w -> (Z.abs e <= 1)%Z) -> listed w <= INR (length w).
Proof.
  unfold listed. induction w as [|[g e] w IH]; intros H; [cbn; lra|]. cbn [fold_right length snd]. rewrite S_INR.
  assert (He := small_IZR e 1 (H g e (or_introl eq_refl))). specialize (IH ltac:(intros; eapply H; right; eassumption)). lra.
Qed.

Lemma rdot_abs_small w x : (forall g e, In (g, e) w -> (Z.abs e <= 1)%Z /\ Rabs (x g) <= 2) ->
  rdot_abs w x <= 2 * INR (length w).
Proof.
  unfold rdot_abs. induction w as [|[g e] w IH]; intros H; [cbn; lra|]. cbn [fold_right length fst snd]. rewrite S_INR.
  destruct (H g e (or_introl eq_refl)) as [He Hx]. apply small_IZR in He.
  specialize (IH ltac:(intros; eapply H; right; eassumption)).
  assert (Rabs (IZR e) * Rabs (x g) <= 1 * 2) by (apply Rmult_le_compat; auto using Rabs_pos). lra.
Qed.

(** Rows of small entries tell close values apart by little. *)
Lemma rdot_close w x c delta : (forall g e, In (g, e) w -> (Z.abs e <= 1)%Z /\ Rabs (x g - IZR (c g)) <= delta) ->
  Rabs (rdot w x - IZR (zdot w c)) <= delta * INR (length w).
Proof.
  unfold rdot, zdot. induction w as [|[g e] w IH]; intros H; [cbn; rewrite Rminus_0_r, Rabs_R0; lra|].
  cbn [fold_right length fst snd]. rewrite S_INR, plus_IZR, mult_IZR.
  destruct (H g e (or_introl eq_refl)) as [He Hx]. apply small_IZR in He.
  specialize (IH ltac:(intros; eapply H; right; eassumption)).
  set (a := fold_right _ 0 w) in *. set (b := IZR (fold_right _ _ w)) in *.
  replace (_ - _) with (IZR e * (x g - IZR (c g)) + (a - b)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
  assert (Rabs (IZR e) * Rabs (x g - IZR (c g)) <= 1 * delta) by (apply Rmult_le_compat; auto using Rabs_pos). lra.
Qed.

(** * What is asked of a row *)
Section Near.
Variable rs : list register.
Variable t : table.
Variable D : R -> Prop.
Variable eps : R.
Variable v : nat -> option nat.
Variable x : nat -> R.

(** What a row of the residual stream holds, for [v] in the registers: scratch that the table clears may be off by
    [eps]. *)
Record close : Prop := {
  close_domain : forall f, (f < d_model rs)%nat -> D (x f);
  close_certain : forall r k, (r < length rs)%nat -> (k < size rs r)%nat -> is_scratch rs r = false \/ ~ In r (clears t) ->
    x (first rs r + k)%nat = IZR (coordinate (type_of rs r) (v r) k);
  close_uncertain : forall r k, (r < length rs)%nat -> (k < size rs r)%nat -> is_scratch rs r = true -> In r (clears t) ->
    Rabs (x (first rs r + k)%nat - IZR (coordinate (type_of rs r) (v r) k)) <= eps /\
    (forall n, type_of rs r = OneHot n -> 0 <= x (first rs r + k)%nat)
}.

Lemma coordinate_positive r k n : type_of rs r = OneHot n -> 0 <= IZR (coordinate (type_of rs r) (v r) k).
Proof. intros ->. apply IZR_le. destruct (v r) as [a|]; cbn; [|lia]. destruct (_ =? _)%nat; lia. Qed.
End Near.

(** * The MLP of a table *)
Section Mlp.
Variable rs : list register.
Variable t : table.
Variable D : R -> Prop.
Variable B : R.
Variable O : arithmetic R.
Hypothesis HO : exact_on D B O.
Variable eps : R.
Hypothesis eps_range : 0 <= eps <= 1.
Variable v : nat -> option nat.
Variable x : nat -> R.

Hypothesis Hfits : table_fits rs t.
Hypothesis Hplain : table_plain rs t.
Hypothesis Hv : row_fits rs v.
Hypothesis Hok : table_ok t v.
Hypothesis Hx : close rs t D eps v x.
Hypothesis Heps : forall ru, In ru (rules t) -> eps * INR (scratch_entries rs ru) <= 1 / 4.
Hypothesis Hneed : forall ru, In ru (rules t) -> IZR (rule_need rs ru) <= B.
Hypothesis HB : 32 <= B.

Local Notation c := (flat rs v).
Local Notation d := (d_model rs).

Lemma near_at r k : (r < length rs)%nat -> (k < size rs r)%nat ->
  Rabs (x (first rs r + k)%nat - IZR (c (first rs r + k)%nat)) <= (if is_scratch rs r then eps else 0) /\
  (forall n, type_of rs r = OneHot n -> 0 <= x (first rs r + k)%nat).
Proof.
  intros Hr Hk. rewrite flat_at by assumption.
  assert (K : x (first rs r + k)%nat = IZR (coordinate (type_of rs r) (v r) k) ->
    Rabs (x (first rs r + k)%nat - IZR (coordinate (type_of rs r) (v r) k)) <= (if is_scratch rs r then eps else 0) /\
    (forall n, type_of rs r = OneHot n -> 0 <= x (first rs r + k)%nat)).
  { intros ->. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity.
    split; [destruct (is_scratch rs r); lra|apply coordinate_positive]. }
  destruct (is_scratch rs r) eqn:E; [|apply K, (close_certain _ _ _ _ _ _ Hx); auto].
  destruct (in_dec Nat.eq_dec r (clears t)); [now apply (close_uncertain _ _ _ _ _ _ Hx)|].
  apply K, (close_certain _ _ _ _ _ _ Hx); auto.
Qed.

Lemma x_small f : (f < d)%nat -> Rabs (x f) <= 2.
Proof.
  intros Hf. apply coordinate_of in Hf as (r & k & Hr & Hk & ->). destruct (near_at r k Hr Hk) as [N _].
  rewrite flat_at in N by assumption.
  assert (C := small_IZR _ 1 (coordinate_small (type_of rs r) (v r) k)).
  set (y := x _) in *. set (z := IZR (coordinate _ _ _)) in *.
  replace y with (y - z + z) by ring. eapply Rle_trans; [apply Rabs_triang|]. destruct (is_scratch rs r); lra.
Qed.

(** What a unit computes, and what it adds to coordinate [f]. *)
Definition unit_value (u : hidden_unit) : R := Rmax 0 (rdot (reads u) x + IZR (bias u) / 2).
Definition adds (f : nat) (u : hidden_unit) : R := IZR (entry (writes u) f) * unit_value u.

(** ** Rules *)
Section Rule.
Variable ru : rule.
Hypothesis Hru : In ru (rules t).
Let w := flat_map (holds rs) (whenever ru).
Let m := fold_right (fun l rest => held rs l + rest)%Z 0%Z (whenever ru).

Lemma literal_known l : In l (whenever ru) -> literal_fits rs l /\ plain_literal rs l = true.
Proof.
  destruct l as [r o]. intros Hl. split; [now apply (reads_fit _ _ _ (rules_fit _ _ Hfits ru Hru))|].
  unfold plain_literal. cbn [fst snd]. destruct (type_of rs r) as [n|k] eqn:E; [reflexivity|]. destruct o as [a|].
  - apply Nat.leb_le. eapply (some_digits _ _ Hplain); eassumption.
  - destruct (empty_one_hot _ _ Hplain ru r Hru Hl) as [n E']. congruence.
Qed.

Lemma w_in g e : In (g, e) w -> (g < d)%nat /\ (Z.abs e <= 1)%Z.
Proof.
  intros H. apply in_flat_map in H as (l & Hl & H). destruct (literal_known l Hl) as [Hf _].
  destruct (holds_in rs l g e Hf H) as (i & Hi & -> & He). split; [|assumption]. now apply first_below; [apply Hf|].
Qed.

Lemma held_range : (0 <= m <= Z.of_nat (length w))%Z.
Proof.
  unfold m, w. clear w m. induction (whenever ru) as [|l ls IH]; [cbn; lia|].
  cbn [fold_right flat_map]. rewrite app_length, Nat2Z.inj_add.
  assert (0 <= held rs l <= Z.of_nat (length (holds rs l)))%Z by (unfold held, holds; destruct (snd l); lia). lia.
Qed.

(** On exact values: [m] if the rule fires, less otherwise. *)
Lemma exact_value : if fires v ru then zdot w c = m else (zdot w c <= m - 1)%Z.
Proof.
  unfold fires, w, m. clear w m. assert (K := literal_known). induction (whenever ru) as [|l ls IH]; [reflexivity|].
  cbn [forallb flat_map fold_right]. rewrite zdot_app. specialize (IH ltac:(intros; apply K; now right)).
  destruct (K l (or_introl eq_refl)) as [Hl Hp]. assert (L := literal_value rs v l Hv Hl Hp).
  destruct (is_held v l), (forallb (is_held v) ls); cbn [andb]; lia.
Qed.

Lemma near_value : Rabs (rdot w x - IZR (zdot w c)) <= eps * INR (scratch_entries rs ru).
Proof.
  unfold w, scratch_entries. clear w m. assert (K := literal_known). induction (whenever ru) as [|l ls IH].
  - cbn. rewrite Rminus_0_r, Rabs_R0. lra.
  - cbn [flat_map map list_sum fold_right].
    fold (list_sum (map (fun l => if is_scratch rs (fst l) then length (holds rs l) else 0%nat) ls)).
    rewrite rdot_app, zdot_app, plus_IZR, plus_INR. specialize (IH ltac:(intros; apply K; now right)).
    destruct (K l (or_introl eq_refl)) as [Hl _].
    assert (N : Rabs (rdot (holds rs l) x - IZR (zdot (holds rs l) c)) <=
      (if is_scratch rs (fst l) then eps else 0) * INR (length (holds rs l))).
    { apply rdot_close. intros g e Hin. destruct (holds_in rs l g e Hl Hin) as (i & Hi & -> & He). split; [assumption|].
      apply near_at; [apply Hl|assumption]. }
    set (a := rdot (holds rs l) x) in *. set (a' := rdot (flat_map _ _) x) in *.
    set (b := IZR (zdot (holds rs l) c)) in *. set (b' := IZR (zdot (flat_map _ _) c)) in *.
    replace (_ - _) with ((a - b) + (a' - b')) by ring. eapply Rle_trans; [apply Rabs_triang|].
    destruct (is_scratch rs (fst l)); cbn [INR]; lra.
Qed.

Lemma no_scratch : existsb (fun l => is_scratch rs (fst l)) (whenever ru) = false -> scratch_entries rs ru = 0%nat.
Proof.
  unfold scratch_entries. clear w m. induction (whenever ru) as [|l ls IH]; [reflexivity|].
  cbn [existsb map list_sum fold_right].
  destruct (is_scratch rs (fst l)); [easy|]. cbn [orb plus]. exact IH.
Qed.

(** A rule adds its effect if it fires, and nothing otherwise. *)
Lemma rule_adds f : let e := IZR (entry (effect rs t ru) f) in
  fsum (adds f) (lower_rule rs t ru) = (if fires v ru then e else 0) /\
  fsum (fun u => Rabs (adds f u)) (lower_rule rs t ru) <= (if fires v ru then 3 * Rabs e else 0).
Proof.
  cbv zeta. assert (X := exact_value). assert (N := near_value). assert (P := Heps ru Hru).
  assert (X' : if fires v ru then IZR (zdot w c) = IZR m else IZR (zdot w c) <= IZR m - 1).
  { destruct (fires v ru); [now f_equal|]. rewrite <- minus_IZR. now apply IZR_le. }
  clear X. unfold lower_rule. fold w m. destruct (existsb _ _) eqn:Es.
  - cbn [fsum fold_right]. unfold adds, unit_value. cbn [reads writes bias]. rewrite rdot_scaled, entry_scaled.
    rewrite !minus_IZR, !mult_IZR. set (e := IZR (entry _ f)). set (z := rdot w x) in *. set (mm := IZR m) in *.
    set (z0 := IZR (zdot w c)) in *. assert (Q : Rabs (z - z0) <= 1 / 4) by lra. apply within in Q.
    destruct (fires v ru).
    + rewrite !Rmax_right by lra. split; [lra|]. rewrite !Rabs_mult, Rabs_m1.
      rewrite !(Rabs_right (2 * z + _)) by lra. assert (A := Rabs_pos e). set (a := Rabs e) in *. nra.
    + rewrite !Rmax_left by lra. rewrite !Rmult_0_r, Rabs_R0. lra.
  - apply no_scratch in Es. rewrite Es in N. cbn [INR] in N. rewrite Rmult_0_r in N.
    cbn [fsum fold_right]. unfold adds, unit_value. cbn [reads writes bias]. rewrite !minus_IZR, !mult_IZR.
    set (e := IZR (entry _ f)). set (z := rdot w x) in *. set (mm := IZR m) in *. set (z0 := IZR (zdot w c)) in *.
    apply within in N. destruct (fires v ru).
    + rewrite Rmax_right by lra. replace (z + _) with 1 by lra. rewrite !Rmult_1_r. assert (A := Rabs_pos e). lra.
    + rewrite Rmax_left by lra. rewrite Rmult_0_r, Rabs_R0. lra.
Qed.
End Rule.

(** ** Clearing *)
Lemma entry_one g e f : entry [(g, e)] f = if (g =? f)%nat then e else 0%Z.
Proof. rewrite entry_cons, (Nat.eqb_sym f g). cbn. destruct (g =? f)%nat; lia. Qed.

Lemma clear_adds q r k : (q < length rs)%nat -> (r < length rs)%nat -> (k < size rs r)%nat ->
  let f := (first rs r + k)%nat in
  fsum (adds f) (lower_clear rs q) = (if (q =? r)%nat then - x f else 0) /\
  fsum (fun u => Rabs (adds f u)) (lower_clear rs q) = (if (q =? r)%nat then Rabs (x f) else 0).
Proof.
  intros Hq Hr Hk f. unfold lower_clear.
  assert (E : existsb (Nat.eqb f) (span rs q) = (q =? r)%nat).
  { apply eq_true_iff_eq. rewrite existsb_in, Nat.eqb_eq. unfold span. rewrite in_seq. split.
    - intros H. apply (coordinate_unique rs q (f - first rs q) r k); try assumption; unfold f in *; lia.
    - intros ->. unfold f. lia. }
  rewrite <- E, <- !fsum_one by apply seq_NoDup. rewrite !fsum_flat_map.
  assert (G : forall g, In g (span rs q) -> g = f -> forall n, type_of rs q = OneHot n -> 0 <= x g).
  { intros g Hg -> n En. apply existsb_in in Hg. rewrite E in Hg. apply Nat.eqb_eq in Hg as ->.
    now apply (near_at r k Hr Hk) with n. }
  split; apply fsum_ext; intros g Hg; specialize (G g Hg); clear Hg; destruct (type_of rs q) as [n|n]; cbn [fsum fold_right];
    unfold adds, unit_value; cbn [reads writes bias rdot fold_right fst snd]; rewrite !entry_one;
    (destruct (Nat.eqb_spec g f) as [->|_]; [|rewrite ?Rmult_0_l, ?Rabs_R0; lra]).
  - specialize (G eq_refl n eq_refl). rewrite Rmax_right; lra.
  - unfold Rmax. destruct (Rle_dec _ _), (Rle_dec _ _); lra.
  - specialize (G eq_refl n eq_refl). rewrite Rmax_right by lra. rewrite Rabs_mult, Rabs_m1. rewrite !Rabs_right; lra.
  - rewrite !Rabs_mult, Rabs_m1. unfold Rmax, Rabs.
    repeat (match goal with |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b) end);
    repeat (match goal with |- context [Rcase_abs ?a] => destruct (Rcase_abs a) end); lra.
Qed.

(** ** All units *)
Record unit_fine (f : nat) (u : hidden_unit) : Prop := {
  fine_columns : columns_below d (reads u);
  fine_sum : rdot_abs (reads u) x + Rabs (IZR (bias u) / 2) <= B;
  fine_listed : listed (reads u) <= B;
  fine_write : Rabs (IZR (entry (writes u) f)) <= B
}.

Lemma unit_exact f u : unit_fine f u ->
  relu O (add O (dot O d (reads u) x) (half O (bias u))) = unit_value u /\ D (unit_value u).
Proof.
  intros [Hc Hs Hl _]. assert (P := Rabs_pos (IZR (bias u) / 2)).
  assert (P' := Rle_trans _ _ _ (Rabs_pos _) (rdot_abs_le (reads u) x)).
  assert (K : D (rdot (reads u) x)).
  { apply (domain_rdot _ _ _ HO). intros g e Hg. apply (close_domain _ _ _ _ _ _ Hx), (Hc g e Hg). }
  assert (H := domain_half _ _ _ HO (bias u)).
  rewrite (dot_exact_listed _ _ _ HO); [|apply (close_domain _ _ _ _ _ _ Hx)|assumption|lra|exact Hl].
  rewrite (exact_half _ _ _ HO) by lra. rewrite (exact_add _ _ _ HO); auto.
  - rewrite (exact_relu _ _ _ HO) by now apply (domain_add _ _ _ HO). split; [reflexivity|].
    apply (domain_relu _ _ _ HO). now apply (domain_add _ _ _ HO).
  - eapply Rle_trans; [apply Rabs_triang|]. assert (A := rdot_abs_le (reads u) x). lra.
Qed.

Lemma rule_fine ru r k u : In ru (rules t) -> (r < length rs)%nat -> (k < size rs r)%nat -> In u (lower_rule rs t ru) ->
  unit_fine (first rs r + k) u.
Proof.
  intros Hru Hr Hk Hu. set (w := flat_map (holds rs) (whenever ru)).
  assert (Hw := w_in ru Hru). fold w in Hw. assert (Hm := held_range ru). fold w in Hm.
  set (m := fold_right _ 0%Z (whenever ru)) in Hm.
  assert (He := entry_effect_small rs t ru r k (rules_fit _ _ Hfits ru Hru) Hr Hk).
  assert (Hl := writes_to_length ru r). assert (N := Hneed ru Hru). unfold rule_need in N. fold w in N.
  rewrite mult_IZR, !plus_IZR, <- !INR_IZR_INZ in N.
  assert (A : rdot_abs w x <= 2 * INR (length w)).
  { apply rdot_abs_small. intros g e Hin. split; [now apply (Hw g e)|]. now apply x_small, (Hw g e). }
  assert (L : listed w <= INR (length w)) by (apply listed_small; intros g e Hin; now apply (Hw g e)).
  assert (W : Rabs (IZR (entry (effect rs t ru) (first rs r + k))) <= 2 * INR (length (then_write ru))).
  { eapply Rle_trans; [apply small_IZR, He|]. rewrite mult_IZR, <- INR_IZR_INZ. apply le_INR in Hl. lra. }
  destruct Hm as [M1 M2]. apply IZR_le in M1, M2. rewrite <- INR_IZR_INZ in M2.
  assert (P := pos_INR (length w)). assert (P' := pos_INR (length (then_write ru))).
  set (a := INR (length w)) in *. set (b := INR (length (then_write ru))) in *.
  assert (Cw : columns_below d w) by (intros g e Hin; now apply (Hw g e)).
  assert (Cs : columns_below d (scaled 2 w)).
  { intros g e Hin. unfold scaled in Hin. apply in_map_iff in Hin as ([h y] & E & Hin). injection E as <- _.
    now apply (Cw h y). }
  assert (T : Rabs (IZR 2) = 2) by (apply Rabs_right; lra).
  unfold lower_rule in Hu. fold w m in Hu. destruct (existsb _ _); [destruct Hu as [<-|[<-|[]]]|destruct Hu as [<-|[]]];
    (split; cbn [reads writes bias];
      [assumption|rewrite ?rdot_abs_scaled, ?T, !minus_IZR, !mult_IZR|rewrite ?listed_scaled, ?T; lra|]).
  1,3,5: apply Rle_trans with (4 * a + (2 * a + 2)); [|lra]; apply Rplus_le_compat; [lra|]; apply Rabs_le; lra.
  - lra.
  - rewrite entry_scaled, mult_IZR, Rabs_mult, Rabs_m1. lra.
  - lra.
Qed.

Lemma clear_fine q f u : (q < length rs)%nat -> In u (lower_clear rs q) -> unit_fine f u.
Proof.
  intros Hq Hu. apply in_flat_map in Hu as (g & Hg & Hu).
  assert (Hd : (g < d)%nat).
  { unfold span in Hg. apply in_seq in Hg. replace g with (first rs q + (g - first rs q))%nat by lia.
    apply first_below; lia. }
  assert (X := x_small g Hd).
  assert (K : u = {| reads := [(g, 1%Z)]; bias := 0; writes := [(g, (-1)%Z)] |} \/
              u = {| reads := [(g, (-1)%Z)]; bias := 0; writes := [(g, 1%Z)] |}).
  { destruct Hu as [<-|Hu]; [now left|]. destruct (type_of rs q); [easy|]. destruct Hu as [<-|[]]. now right. }
  assert (Z0 : Rabs (0 / 2) = 0) by (replace (0 / 2) with 0 by field; apply Rabs_R0).
  assert (T : Rabs 1 = 1 /\ Rabs (-1) = 1) by (split; [apply Rabs_R1|apply Rabs_m1]). destruct T as [T1 T2].
  destruct K as [-> | ->]; split; cbn [reads writes bias rdot_abs listed fold_right fst snd]; rewrite ?Z0, ?T1, ?T2; try lra.
  1,3: intros h e [E|[]]; injection E as <- _; assumption.
  all: rewrite entry_one; apply Rle_trans with 1; [|lra]; apply small_IZR; destruct (_ =? _)%nat; lia.
Qed.

Lemma all_fine r k u : (r < length rs)%nat -> (k < size rs r)%nat -> In u (lower_table rs t) -> unit_fine (first rs r + k) u.
Proof.
  intros Hr Hk Hu. apply in_app_or in Hu as [Hu|Hu]; apply in_flat_map in Hu as (y & Hy & Hu).
  - now apply rule_fine with y.
  - apply clear_fine with y; [now apply (clears_known _ _ Hfits)|assumption].
Qed.

(** What all units add. *)
Lemma table_adds r k (f := (first rs r + k)%nat) : (r < length rs)%nat -> (k < size rs r)%nat ->
  fsum (adds f) (lower_table rs t) = IZR (coordinate (type_of rs r) (table_after t v r) k) - x f /\
  fsum (fun u => Rabs (adds f u)) (lower_table rs t) <= B.
Proof.
  subst f. intros Hr Hk. unfold lower_table. rewrite !fsum_app, !fsum_flat_map.
  assert (Hc : forall q, In q (clears t) -> (q < length rs)%nat) by apply (clears_known _ _ Hfits).
  assert (HF := rules_fit _ _ Hfits). split.
  - rewrite (fsum_ext _ _ _ (fun q Hq => proj1 (clear_adds q r k (Hc q Hq) Hr Hk))). set (f := (first rs r + k)%nat).
    rewrite (fsum_ext _ _ _ (fun ru Hru => proj1 (rule_adds ru Hru f))).
    rewrite fsum_one by apply (clears_once _ _ Hfits).
    rewrite (fsum_ext _ (fun ru => IZR (if fires v ru then entry (effect rs t ru) f else 0%Z)))
      by (intros ru _; now destruct (fires v ru)).
    rewrite fsum_zlist. unfold f at 1. rewrite effects by assumption. rewrite <- (table_after_at rs t v r k Hok), plus_IZR.
    destruct (existsb (Nat.eqb r) (clears t)) eqn:E; [ring|].
    replace (x f) with (IZR (coordinate (type_of rs r) (v r) k)); [ring|].
    symmetry. apply (close_certain _ _ _ _ _ _ Hx); auto. right. rewrite <- existsb_in. congruence.
  - rewrite (fsum_ext _ _ _ (fun q Hq => proj2 (clear_adds q r k (Hc q Hq) Hr Hk))). set (f := (first rs r + k)%nat).
    rewrite fsum_one by apply (clears_once _ _ Hfits).
    assert (X := x_small f (first_below rs r k Hr Hk)).
    apply Rle_trans with (6 + 2); [|lra]. apply Rplus_le_compat; [|destruct (existsb _ _); lra].
    apply Rle_trans with (fsum (fun ru => if fires v ru then 3 * Rabs (IZR (entry (effect rs t ru) f)) else 0) (rules t)).
    { apply fsum_le. intros ru Hru. apply (rule_adds ru Hru f). }
    apply Rle_trans with
      (fsum (fun ru => IZR (6 * (if fires v ru then Z.of_nat (length (writes_to ru r)) else 0))) (rules t)).
    + apply fsum_le. intros ru Hru. rewrite mult_IZR. destruct (fires v ru); [|lra].
      assert (S := small_IZR _ _ (entry_effect_small rs t ru r k (HF ru Hru) Hr Hk)). rewrite mult_IZR in S.
      fold f in S. lra.
    + rewrite fsum_zlist. apply IZR_le. destruct (Hok r) as [H _]. apply Nat2Z.inj_le in H. rewrite writes_fired in H.
      assert (E : (zlist (fun ru => 6 * (if fires v ru then Z.of_nat (length (writes_to ru r)) else 0)) (rules t) =
        6 * zlist (fun ru => if fires v ru then Z.of_nat (length (writes_to ru r)) else 0) (rules t))%Z).
      { clear. unfold zlist. induction (rules t) as [|ru l IH]; cbn [fold_right]; [reflexivity|]. rewrite IH. ring. }
      lia.
Qed.

(** The MLP of a table computes the table. *)
Theorem mlp_exact us r k : Permutation us (lower_table rs t) -> (r < length rs)%nat -> (k < size rs r)%nat ->
  let f := (first rs r + k)%nat in
  add O (x f) (sum O (length us) (fun h => mul O (half O (2 * entry (writes (nth h us no_unit)) f))
    (relu O (add O (dot O d (reads (nth h us no_unit)) x) (half O (bias (nth h us no_unit)))))))
  = IZR (coordinate (type_of rs r) (table_after t v r) k).
Proof.
  intros Hu Hr Hk f. assert (F : forall h, (h < length us)%nat -> unit_fine f (nth h us no_unit)).
  { intros h Hh. apply all_fine; auto. apply (Permutation_in _ Hu). now apply nth_In. }
  destruct (table_adds r k Hr Hk) as [E A]. fold f in E, A.
  rewrite <- (fsum_permuted _ _ _ Hu) in E. rewrite <- (fsum_permuted _ _ _ Hu) in A.
  assert (N := rsum_nth (adds f) us no_unit). fold (fsum (adds f) us) in N. rewrite E in N.
  rewrite (sum_same _ _ _ HO _ _ (fun h => mul O (half O (2 * entry (writes (nth h us no_unit)) f))
    (unit_value (nth h us no_unit)))) by (intros h Hh; now rewrite (proj1 (unit_exact f _ (F h Hh)))).
  rewrite (weighted_sum _ _ _ HO _ (fun h => entry (writes (nth h us no_unit)) f) (fun h => unit_value (nth h us no_unit))).
  - change (rsum _ _) with (rsum (length us) (fun h => adds f (nth h us no_unit))).
    rewrite (exact_add _ _ _ HO), N; [ring| | |].
    + apply (close_domain _ _ _ _ _ _ Hx), first_below; assumption.
    + apply (domain_rsum _ _ _ HO). intros h Hh. apply (domain_mul _ _ _ HO). apply (unit_exact f _ (F h Hh)).
    + rewrite N. replace (_ + _) with (IZR (coordinate (type_of rs r) (table_after t v r) k)) by ring.
      apply Rle_trans with 1; [|lra]. apply small_IZR, coordinate_small.
  - intros h Hh. apply (unit_exact f _ (F h Hh)).
  - intros h Hh. apply (fine_write _ _ (F h Hh)).
  - eapply Rle_trans; [|exact A]. apply Req_le, (rsum_nth (fun u => Rabs (adds f u)) us no_unit).
Qed.
End Mlp.
