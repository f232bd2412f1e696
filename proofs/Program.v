(** Programs, and the weights they are lowered to: the same integers that [tmformer.weights.lower] writes.

    A register of a row holds a value or nothing. Lookups become attention heads, tables MLPs. That a theorem speaks of
    the weights defined here is what this file is read for; that they do what the program says is proved elsewhere. *)
From Coq Require Import ZArith List Bool.
From Tmformer Require Import Transformer.
Import ListNotations.

(** A one-hot register of [n] values, 0 to n - 1, has n coordinates; a flag is one of one value. A code of [k] digits, 0
    to 2^k - 1, has k coordinates, each -1 or 1. *)
Inductive type := OneHot (n : nat) | Code (k : nat).
Definition flag := OneHot 1.
Definition width (t : type) : nat := match t with OneHot n => n | Code k => k end.

(** Coordinate number [i] of a register that holds [v]. *)
Definition coordinate (t : type) (v : option nat) (i : nat) : Z :=
  match t, v with
  | _, None => 0%Z
  | OneHot _, Some a => if i =? a then 1%Z else 0%Z
  | Code _, Some a => if Nat.testbit a i then 1%Z else (-1)%Z
  end.

Record register := { of_type : type; scratch : bool }.
Definition no_register := {| of_type := OneHot 0; scratch := false |}.

Record lookup := {
  matches : list (nat * nat);     (** register of the row that asks, register of the row that answers *)
  answer : nat;                   (** the register that is read *)
  into : nat;                     (** the register that is written *)
  asks : nat;                     (** the flag of rows that ask *)
  null : nat;                     (** the flag of the row that answers by default *)
  idle : list nat;                (** the flags of rows that do not ask *)
  prefer : option nat;            (** the code whose largest value is preferred *)
  default : option nat;           (** what the null row answers, where that is not its own value *)
  backwards : bool                (** only the row itself and earlier ones answer *)
}.

(** Where every literal holds (register, value, [None] for empty), the values are written. *)
Record rule := { whenever : list (nat * option nat); then_write : list (nat * nat) }.
Record table := { clears : list nat; fills : list nat; rules : list rule }.
Record stage := { lookups : list lookup; then_table : table }.

Section Lowering.
Variable rs : list register.

Definition type_of (r : nat) : type := of_type (nth r rs no_register).
Definition size (r : nat) : nat := width (type_of r).
(** The first coordinate of register number [r]; registers stand one after another. *)
Definition first (r : nat) : nat := list_sum (map (fun each => width (of_type each)) (firstn r rs)).
Definition d_model : nat := list_sum (map (fun each => width (of_type each)) rs).
Definition span (r : nat) : list nat := seq (first r) (size r).

(** The residual stream of a row whose registers hold [v]. *)
Fixpoint flat (rs : list register) (v : nat -> option nat) (f : nat) : Z :=
  match rs with
  | [] => 0%Z
  | r :: rs =>
      let w := width (of_type r) in
      if f <? w then coordinate (of_type r) (v 0) f else flat rs (fun r => v (S r)) (f - w)
  end.

(** The coordinates that register [r] has where it holds [a]. *)
Definition vector (r a : nat) : row :=
  match type_of r with
  | OneHot _ => [(first r + a, 1%Z)]
  | Code k => map (fun i => (first r + i, coordinate (Code k) (Some a) i)) (seq 0 k)
  end.

Definition lower_lookup (l : lookup) : attention_head :=
  let digits := flat_map (fun '(q, k) => combine (span q) (span k)) (matches l) in
  let ranks := match prefer l with Some r => span r | None => [] end in
  let u := (2 ^ Z.of_nat (length ranks))%Z in
  let m := Z.of_nat (length digits) in
  {| query :=
       map (fun '(q, _) => [(q, u)]) digits ++
       map (fun i => [(first (asks l), 2 ^ Z.of_nat i)%Z]) (seq 0 (length ranks)) ++
       [(first (asks l), u * (m - 1))%Z :: map (fun r => (first r, u * m)%Z) (idle l)];
     key :=
       map (fun '(_, k) => [(k, 1%Z)]) digits ++ map (fun f => [(f, 1%Z)]) ranks ++ [[(first (null l), 1%Z)]];
     value :=
       map (fun c => (first (answer l) + c, 1%Z) ::
         match default l with
         | Some a => [(first (null l), coordinate (type_of (answer l)) (Some a) c)]
         | None => []
         end) (seq 0 (size (answer l)));
     output := map (fun f => [(f, 1%Z)]) (span (into l));
     causal := backwards l |}.

Definition holds (l : nat * option nat) : row :=
  match snd l with Some a => vector (fst l) a | None => map (fun f => (f, (-1)%Z)) (span (fst l)) end.
Definition held (l : nat * option nat) : Z :=
  match snd l with Some a => Z.of_nat (length (vector (fst l) a)) | None => 0 end.
Definition scaled (k : Z) (w : row) : row := map (fun '(f, x) => (f, k * x)%Z) w.

(** What a rule adds: the value written, less the one that was there. *)
Definition effect (t : table) (ru : rule) : row :=
  flat_map (fun '(r, a) =>
    vector r a ++
    (if existsb (Nat.eqb r) (clears t ++ fills t) then []
     else match find (fun l => fst l =? r) (whenever ru) with
          | Some (_, Some old) => scaled (-1) (vector r old)
          | _ => []
          end)) (then_write ru).

Definition is_scratch (r : nat) : bool := scratch (nth r rs no_register).

(** One unit; of a rule that reads scratch two, whose difference is 0 or 1 for all that is within 1/4 of it. *)
Definition lower_rule (t : table) (ru : rule) : list hidden_unit :=
  let w := flat_map holds (whenever ru) in
  let m := fold_right (fun l rest => held l + rest)%Z 0%Z (whenever ru) in
  if existsb (fun l => is_scratch (fst l)) (whenever ru) then
    [{| reads := scaled 2 w; bias := 3 - 4 * m; writes := effect t ru |};
     {| reads := scaled 2 w; bias := 1 - 4 * m; writes := scaled (-1) (effect t ru) |}]
  else [{| reads := w; bias := 2 - 2 * m; writes := effect t ru |}].

Definition lower_clear (r : nat) : list hidden_unit :=
  flat_map (fun f =>
    {| reads := [(f, 1%Z)]; bias := 0; writes := [(f, (-1)%Z)] |} ::
    match type_of r with
    | OneHot _ => []
    | Code _ => [{| reads := [(f, (-1)%Z)]; bias := 0; writes := [(f, 1%Z)] |}]
    end) (span r).

Definition lower_table (t : table) : list hidden_unit :=
  flat_map (lower_rule t) (rules t) ++ flat_map lower_clear (clears t).

Definition lower (s : stage) : block :=
  {| heads := map lower_lookup (lookups s); units := lower_table (then_table s) |}.
End Lowering.
