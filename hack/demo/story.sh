# shellcheck shell=bash disable=SC2154 # CUSTOMERS, SUPPLIER and the customers are register.sh's; PODS is set beside kubectl
# The story, the same on a cluster and on a control plane.

TIGER_NAME=dynamisk-altetende-tiger
HARE_NAME=varsom-rolig-hare

customers() { show kubectl get customerintegrations -n "$CUSTOMERS"; }

# until_ready REASON [NAME]: waits until Ready of the tiger, or of NAME, has the reason, at most a minute.
until_ready() {
  kubectl wait "customerintegration/${2:-$TIGER_NAME}" -n "$CUSTOMERS" --timeout=60s \
    --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'="$1" > /dev/null
}

supplier_is() { # CONDITION STATUS
  kubectl wait supplier/default --for=condition="$1=$2" --timeout=60s > /dev/null
}

# until_synced waits until a run of the tiger has succeeded since its access was given.
until_synced() {
  kubectl wait "customerintegration/$TIGER_NAME" -n "$CUSTOMERS" --timeout=120s \
    --for=jsonpath='{.status.conditions[?(@.type=="SyncHealthy")].reason}'=SyncSucceeded > /dev/null
}

# show_simulator ARGUMENT...: prints a command of the simulator and its output.
show_simulator() {
  echo "   \$ simulator $*"
  simulator "$@" | sed 's/^/     /'
}

# jobs_of_tiger shows what the operator created for the tiger.
jobs_of_tiger() {
  show kubectl get cronjobs,jobs,pods -n "$CUSTOMERS" -l "integrations.4human.no/integration=$TIGER_NAME"
}

tigers_running_pod() {
  kubectl get pods -n "$CUSTOMERS" -l "integrations.4human.no/integration=$TIGER_NAME" --field-selector status.phase=Running -o name
}

# message OBJECT CONDITION: prints a condition's message.
message() {
  say "Message of the condition $2 of $1:"
  kubectl get "$1" -n "$CUSTOMERS" -o jsonpath="{.status.conditions[?(@.type==\"$2\")].message}" | fmt -w 100 | sed 's/^/     /'
}

# accesses prints what was last verified. A run by schedule may end meanwhile and be reported.
accesses() {
  kubectl get customerintegrations -n "$CUSTOMERS" --no-headers \
    -o custom-columns=NAME:.metadata.name,ACCESS:'.status.conditions[?(@.type=="DelegationVerified")].status',VERIFIED:'.status.services[*].authorization.lastVerifiedTime'
}

story() {
  not_delegated
  delegates
  outage
  withdraws
  delegates_again
  approves
  deletes
}

not_delegated() {
  heading "1. A Supplier, 4HUMAN HRM AS ($SUPPLIER), and four customers"
  say "The wolf and the hare have delegated; DYNAMISK ALTETENDE TIGER AS ($TIGER) and the elk have not. The hare also lists"
  say "sick notes and settlement reports, which need a system user: the operator requests one from the hare."
  say "The samples verify every 10 seconds. The default is 6 hours."
  simulator delegate --consumer "$WOLF" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  simulator delegate --consumer "$HARE" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  samples
  point_to_portal
  supplier_is Ready True
  until_ready AwaitingDelegation
  until_ready AwaitingApproval "$HARE_NAME"
  show kubectl get suppliers
  customers
}

# point_to_portal makes messages and guides link to the portal, if there is one.
point_to_portal() {
  [ -n "${PORTAL:-}" ] || return 0
  quietly "$DEMO/portal-url.log" kubectl patch supplier default --type=merge -p "{\"spec\":{\"portal\":{\"url\":\"$PORTAL\"}}}"
}

# finishes_a_plan puts a synthetic employee of the tiger on sick leave, with a finished follow-up plan.
finishes_a_plan() {
  simulator employ 01447842099 --main-unit "$TIGER" --unit 311111000 --sick-from "$(date -d '7 days ago' +%F)" --sick-to "$(date -d '7 days' +%F)" | sed 's/^/   NAV: /'
  simulator offer-plan tiger plan-1 --employee 01447842099 --to-general-practitioner | sed 's/^/   HRM: /'
}

delegates() {
  heading "2. The tiger's administrator delegates in Altinn: its follow-up plan reaches NAV"
  [ "$PODS" != yes ] || finishes_a_plan
  simulator delegate --consumer "$TIGER" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  local start=$SECONDS
  until_ready Delegated
  say "The operator found the delegation after $((SECONDS - start)) s. It starts a first run at once, then one every hour."
  if [ "$PODS" = yes ]; then
    until_synced
    say "The first run succeeded after $((SECONDS - start)) s. It checked whose HRM system it reached, claimed the plan, got a token"
    say "from the manager, which alone has the key, and sent the plan to NAV, once. NAV and the HRM system now have:"
    show_simulator plans
    show_simulator hrm tiger
  fi
  customers
  jobs_of_tiger
}

outage() {
  heading "3. Maskinporten goes down and comes back: an outage is not an answer"
  simulator fault outage ServiceUnavailable | sed 's/^/   Maskinporten: /'
  supplier_is MaskinportenReachable False
  accesses > "$DEMO/before"
  message supplier/default MaskinportenReachable
  say "Waiting for more than two intervals, in which every request fails..."
  sleep 22
  accesses > "$DEMO/after"
  show kubectl get suppliers
  customers
  if diff -q "$DEMO/before" "$DEMO/after" > /dev/null; then
    say "No access has changed. Each is as it was last verified before the outage:"
    sed 's/^/     /' "$DEMO/after"
  else
    echo "demo: an access changed during the outage:" >&2
    diff "$DEMO/before" "$DEMO/after" >&2
    exit 1
  fi
  simulator fault clear | sed 's/^/   Maskinporten: /'
  supplier_is MaskinportenReachable True
  show kubectl get suppliers
}

withdraws() {
  heading "4. The tiger withdraws its delegation: its jobs end"
  local start pod
  if [ "$PODS" = yes ]; then
    simulator fault set hrm.latency=25s | sed 's/^/   HRM: /'
    show kubectl create job -n "$CUSTOMERS" --from="cronjob/$(cronjob_of_tiger)" tiger-by-hand
    until pod=$(tigers_running_pod) && [ -n "$pod" ]; do sleep 0.2; done
    say "A run is under way; its HRM system is slow."
  fi
  simulator withdraw --consumer "$TIGER" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  start=$SECONDS
  until_ready DelegationWithdrawn
  say "The operator found the withdrawal after $((SECONDS - start)) s."
  if [ "$PODS" = yes ]; then
    kubectl wait --for=delete "$pod" -n "$CUSTOMERS" --timeout=200s > /dev/null
    say "The pod that was running is gone after $((SECONDS - start)) s."
  fi
  customers
  jobs_of_tiger
  show kubectl get events -n "$CUSTOMERS" --field-selector "involvedObject.name=$TIGER_NAME" \
    -o custom-columns=TYPE:.type,REASON:.reason
  message "customerintegration/$TIGER_NAME" Ready
  [ "$PODS" != yes ] || simulator fault clear | sed 's/^/   HRM: /'
}

cronjob_of_tiger() {
  kubectl get cronjobs -n "$CUSTOMERS" -l "integrations.4human.no/integration=$TIGER_NAME" -o jsonpath='{.items[0].metadata.name}'
}

delegates_again() {
  heading "5. The tiger delegates again: its jobs start again"
  simulator delegate --consumer "$TIGER" --supplier "$SUPPLIER" | sed 's/^/   Altinn: /'
  until_ready Delegated
  [ "$PODS" != yes ] || until_synced
  customers
  jobs_of_tiger
}

# services_of_hare shows the state of each service of the hare.
services_of_hare() {
  show kubectl get customerintegration "$HARE_NAME" -n "$CUSTOMERS" \
    -o jsonpath='{range .status.services[*]}{.name}: {.authorization.kind} {.authorization.state}{"\n"}{end}'
}

approves() {
  heading "6. The hare approves the requested system user: sick notes and settlement reports flow, too"
  if [ "$PODS" = yes ]; then
    simulator add-documents "$HARE_UNIT" --count 3 | sed 's/^/   NAV: /'
    simulator add-reports "$HARE" | sed 's/^/   NAV: /'
    simulator want-pdfs hare | sed 's/^/   HRM: /'
  fi
  message "customerintegration/$HARE_NAME" Ready
  services_of_hare
  simulator approve "$HARE" | sed 's/^/   Altinn: /'
  local start=$SECONDS
  until_ready Delegated "$HARE_NAME"
  say "The operator found the approval after $((SECONDS - start)) s. Each service has its own CronJob and its own access:"
  services_of_hare
  show kubectl get cronjobs -n "$CUSTOMERS" -l "integrations.4human.no/integration=$HARE_NAME"
  [ "$PODS" = yes ] || return 0
  local service
  for service in SickNotes SettlementReports; do
    kubectl wait "customerintegration/$HARE_NAME" -n "$CUSTOMERS" --timeout=120s \
      --for=jsonpath="{.status.services[?(@.name==\"$service\")].sync.lastRun.outcome}"=Succeeded > /dev/null
  done
  say "The first runs fetched what NAV has for the hare and its unit. The HRM system now has:"
  show_simulator hrm hare
}

deletes() {
  heading "7. The hare deletes the system user: sick notes and settlement reports stop, follow-up plans go on"
  simulator withdraw-system-user "$HARE" | sed 's/^/   Altinn: /'
  until_ready DelegationWithdrawn "$HARE_NAME"
  services_of_hare
  show kubectl get cronjobs -n "$CUSTOMERS" -l "integrations.4human.no/integration=$HARE_NAME"
  message "customerintegration/$HARE_NAME" Ready
}
