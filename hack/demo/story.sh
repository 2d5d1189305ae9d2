# shellcheck shell=bash disable=SC2154 # CUSTOMERS, TIGER, WOLF and SUPPLIER are demo.sh's
# The story itself, the same wherever it is told.

TIGER_NAME=dynamisk-altetende-tiger

customers() { show kubectl get customerintegrations -n "$CUSTOMERS"; }

# until_ready CONDITION=STATUS REASON: until the tiger's Ready has the reason, at most a minute.
until_ready() {
  kubectl wait "customerintegration/$TIGER_NAME" -n "$CUSTOMERS" --timeout=60s \
    --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'="$1" > /dev/null
}

supplier_is() { # CONDITION STATUS
  kubectl wait supplier/default --for=condition="$1=$2" --timeout=60s > /dev/null
}

# message OBJECT CONDITION: what a condition says.
message() {
  say "What the condition $2 of $1 says:"
  kubectl get "$1" -n "$CUSTOMERS" -o jsonpath="{.status.conditions[?(@.type==\"$2\")].message}" | fold -s -w 100 | sed 's/^/     /'
  echo
}

versions() {
  kubectl get customerintegrations -n "$CUSTOMERS" --no-headers \
    -o custom-columns=NAME:.metadata.name,DELEGATED:'.status.conditions[?(@.type=="DelegationVerified")].status',VERSION:.metadata.resourceVersion
}

story() {
  heading "1. A Supplier, 4HUMAN HRM AS ($SUPPLIER), and three customers"
  say "The wolf has delegated already; DYNAMISK ALTETENDE TIGER AS ($TIGER) and the elk have not."
  say "The samples verify every 10 seconds, for show; in earnest it is every 6 hours."
  simulator delegate --consumer "$WOLF" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  samples
  supplier_is Ready True
  until_ready AwaitingDelegation
  show kubectl get suppliers
  customers

  heading "2. The tiger's administrator delegates in Altinn"
  simulator delegate --consumer "$TIGER" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  local start=$SECONDS
  until_ready Delegated
  say "Noticed after $((SECONDS - start)) s, without anybody telling us."
  customers

  heading "3. Maskinporten goes down: an outage is not an answer"
  simulator fault outage ServiceUnavailable | sed 's/^/   Maskinporten: /'
  supplier_is AuthorityReachable False
  versions > "$DEMO/before"
  message supplier/default AuthorityReachable
  say "Waiting for more than two intervals, in which every question fails..."
  sleep 22
  versions > "$DEMO/after"
  show kubectl get suppliers
  customers
  if diff -q "$DEMO/before" "$DEMO/after" > /dev/null; then
    say "Nothing was written to any customer; resource versions before and after:"
    paste "$DEMO/before" <(awk '{print "->", $3}' "$DEMO/after") | sed 's/^/     /'
  else
    echo "demo: a customer was written to during the outage:" >&2
    diff "$DEMO/before" "$DEMO/after" >&2
    exit 1
  fi

  heading "4. Maskinporten comes back"
  simulator fault clear | sed 's/^/   Maskinporten: /'
  supplier_is AuthorityReachable True
  show kubectl get suppliers

  heading "5. The tiger withdraws its delegation"
  simulator withdraw --consumer "$TIGER" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  start=$SECONDS
  until_ready DelegationWithdrawn
  say "Noticed after $((SECONDS - start)) s."
  customers
  show kubectl get events -n "$CUSTOMERS" --field-selector "involvedObject.name=$TIGER_NAME" \
    -o custom-columns=TYPE:.type,REASON:.reason
  message "customerintegration/$TIGER_NAME" Ready
}
