(** What a program does to the registers of rows, in symbols: relations that proofs about constructions are carried out
    in. *)
From Coq Require Import ZArith List Bool Lia.
From Tmformer Require Import Transformer Program.
Import ListNotations.

(** For each row what its registers hold. *)
Definition stream := nat -> nat -> option nat.

Section Symbolic.
Variable rs : list register.

Definition fits (t : type) (a : nat) : Prop := match t with OneHot n => a < n | Code k => a < 2 ^ k end.
Definition row_fits (v : nat -> option nat) : Prop :=
  forall r a, r < length rs -> v r = Some a -> fits (type_of rs r) a.

(** * Lookups *)
Record lookup_fits (l : lookup) : Prop := {
  matched : forall q k, In (q, k) (matches l) ->
    q < length rs /\ k < length rs /\ exists w, type_of rs q = Code w /\ type_of rs k = Code w;
  some_digit : 1 <= list_sum (map (fun m => size rs (snd m)) (matches l));
  preferred : forall r, prefer l = Some r -> r < length rs /\ exists w, type_of rs r = Code w;
  asks_flag : asks l < length rs /\ type_of rs (asks l) = flag;
  null_flag : null l < length rs /\ type_of rs (null l) = flag;
  idle_flags : forall r, In r (idle l) -> r < length rs /\ type_of rs r = flag;
  answer_type : answer l < length rs /\ into l < length rs /\ type_of rs (into l) = type_of rs (answer l);
  default_fits : forall a, default l = Some a -> fits (type_of rs (answer l)) a
}.

(** Digits of the keys that row [j] does not hold. *)
Definition unset (l : lookup) (s : stream) (j : nat) : nat :=
  list_sum (map (fun m => match s j (snd m) with None => size rs (snd m) | Some _ => 0 end) (matches l)).

(** What a lookup asks of a sequence of [n] rows: row 0 answers by default; each row asks, with all its codes, or is
    idle. *)
Record lookup_ok (l : lookup) (n : nat) (s : stream) : Prop := {
  asks_or_idle : forall i, i < n ->
    (s i (asks l) = Some 0 /\ (forall r, In r (idle l) -> s i r = None) /\
      forall q k, In (q, k) (matches l) -> s i q <> None) \/
    (s i (asks l) = None /\
      (exists before r after, idle l = before ++ r :: after /\ s i r = Some 0 /\
        forall r', In r' (before ++ after) -> s i r' = None) /\
      forall q k, In (q, k) (matches l) -> s i q = None);
  null_row : s 0 (null l) = Some 0 /\ (forall q k, In (q, k) (matches l) -> s 0 k = None) /\
    (forall r, prefer l = Some r -> s 0 r = None) /\ (default l <> None -> s 0 (answer l) = None);
  other_rows : forall j, 0 < j < n -> s j (null l) = None /\
    (((forall q k, In (q, k) (matches l) -> s j k <> None) /\ (forall r, prefer l = Some r -> s j r <> None)) \/
     2 <= unset l s j)
}.

Definition sees (l : lookup) (i j : nat) : Prop := backwards l = true -> j <= i.
Definition hit (l : lookup) (s : stream) (i j : nat) : Prop :=
  forall q k, In (q, k) (matches l) -> exists a, s i q = Some a /\ s j k = Some a.
Definition rank (l : lookup) (s : stream) (j : nat) : nat :=
  match prefer l with Some r => match s j r with Some a => a | None => 0 end | None => 0 end.
Definition by_default (l : lookup) (s : stream) : option nat :=
  match default l with Some a => Some a | None => s 0 (answer l) end.

(** Row [i] finds [v]: the rows that match and rank highest all hold it; or none matches, and it is the default. *)
Definition finds (l : lookup) (s : stream) (n i : nat) (v : option nat) : Prop :=
  (s i (asks l) = Some 0 /\
    exists j, j < n /\ sees l i j /\ hit l s i j /\ s j (answer l) = v /\
      forall j', j' < n -> sees l i j' -> hit l s i j' ->
        rank l s j' <= rank l s j /\ (rank l s j' = rank l s j -> s j' (answer l) = v)) \/
  ((s i (asks l) = None \/ forall j, j < n -> sees l i j -> ~ hit l s i j) /\ v = by_default l s).

(** What row [i] holds after attention: what its lookups find, in registers that are empty before. *)
Definition hears (ls : list lookup) (s : stream) (n i : nat) (v : nat -> option nat) : Prop :=
  exists heard : list (option nat), Forall2 (fun l a => finds l s n i a) ls heard /\
    (forall l, In l ls -> s i (into l) = None) /\
    (forall r, match filter (fun p : lookup * option nat => (into (fst p) =? r) && (if snd p then true else false)) (combine
      ls heard) with
               | [] => v r = s i r
               | [(_, a)] => v r = a
               | _ => False
               end).

(** * Tables *)
Definition is_held (v : nat -> option nat) (l : nat * option nat) : bool :=
  match v (fst l), snd l with Some a, Some b => a =? b | None, None => true | _, _ => false end.
Definition fires (v : nat -> option nat) (ru : rule) : bool := forallb (is_held v) (whenever ru).
Definition written_by (ru : list rule) (v : nat -> option nat) (r : nat) : list nat :=
  flat_map (fun ru => if fires v ru then map snd (filter (fun p => fst p =? r) (then_write ru)) else []) ru.
Definition table_after (t : table) (v : nat -> option nat) (r : nat) : option nat :=
  match written_by (rules t) v r with
  | a :: _ => Some a
  | [] => if existsb (Nat.eqb r) (clears t) then None else v r
  end.

Record rule_fits (t : table) (ru : rule) : Prop := {
  reads_once : NoDup (map fst (whenever ru));
  reads_fit : forall r v, In (r, v) (whenever ru) -> r < length rs /\ match v with Some a => fits (type_of rs r) a | None =>
    True end;
  writes_fit : forall r a, In (r, a) (then_write ru) -> r < length rs /\ fits (type_of rs r) a /\
    (In r (clears t ++ fills t) \/ exists v, In (r, v) (whenever ru))
}.
Record table_fits (t : table) : Prop := {
  rules_fit : forall ru, In ru (rules t) -> rule_fits t ru;
  clears_once : NoDup (clears t);
  clears_known : forall r, In r (clears t) -> r < length rs
}.
(** Rules that fire write no register twice; one that is filled is empty. *)
Definition table_ok (t : table) (v : nat -> option nat) : Prop :=
  forall r, length (written_by (rules t) v r) <= 1 /\
    (In r (fills t) -> ~ In r (clears t) -> written_by (rules t) v r <> [] -> v r = None).

(** * Stages *)
Record stage_fits (st : stage) : Prop := {
  lookups_fit : forall l, In l (lookups st) ->
    lookup_fits l /\ is_scratch rs (into l) = true /\ In (into l) (clears (then_table st));
  table_fit : table_fits (then_table st)
}.
(** A stage turns the first [n] rows of [s] into those of [s']. *)
Record stage_step (st : stage) (n : nat) (s s' : stream) : Prop := {
  rows_fit : forall i, i < n -> row_fits (s i);
  lookups_ok : forall l, In l (lookups st) -> lookup_ok l n s;
  each_row : forall i, i < n -> exists v, hears (lookups st) s n i v /\ row_fits v /\ table_ok (then_table st) v /\
    forall r, r < length rs -> s' i r = table_after (then_table st) v r
}.

(** The stages one after another, on sequences of [n] rows. *)
Fixpoint stages_run (sts : list stage) (n : nat) (s s' : stream) : Prop :=
  match sts with
  | [] => forall i r, i < n -> r < length rs -> s i r = s' i r
  | st :: sts => exists s1, stage_step st n s s1 /\ stages_run sts n s1 s'
  end.
(** All stages, [loops] times. *)
Fixpoint loops_run (sts : list stage) (loops n : nat) (s s' : stream) : Prop :=
  match loops with
  | 0 => forall i r, i < n -> r < length rs -> s i r = s' i r
  | S loops => exists s1, loops_run sts loops n s s1 /\ stages_run sts n s1 s'
  end.
End Symbolic.
