# shellcheck shell=bash disable=SC2154 # PORTAL, ROOT, DEMO, CUSTOMERS and kubectl are its caller's
# The portal's keys, and who may see what in it.

# portal_keys creates the portal's keys.
portal_keys() {
  (umask 077 && head -c 48 /dev/urandom > "$DEMO/link.key" && head -c 48 /dev/urandom > "$DEMO/session.key")
  quietly "$DEMO/secret.log" kubectl -n integration-operator-system create secret generic integration-operator-portal \
    --from-file=link.key="$DEMO/link.key" --from-file=session.key="$DEMO/session.key"
  say "Created the portal's keys, put them into the Secret integration-operator-portal"
}

# portal_rights lets the simulated consultants and management read customers, by Kubernetes' own role bindings.
portal_rights() {
  local group
  for group in consultants management; do
    quietly "$DEMO/binding.log" kubectl -n "$CUSTOMERS" create rolebinding "$group" \
      --clusterrole=integration-operator-view --group="$group"
  done
  say "Bound the groups consultants and management to the ClusterRole integration-operator-view in $CUSTOMERS"
}

# portal_link NAME: prints the address of a customer's own page.
portal_link() { cint link "$1" -n "$CUSTOMERS"; }

# portal_addresses prints where to find what.
portal_addresses() {
  heading "The portal: open it in a browser on this machine"
  say "consultants    $PORTAL   log in as Alf Alle (sees all), Mona Leder (management) or Ragnar Rettløs (no rights)"
  say "the tiger      $(portal_link dynamisk-altetende-tiger)   its own page: no login"
  say "the elk        $(portal_link sjelden-flink-elg)   delegate for the elk, as below, and watch it"
}
