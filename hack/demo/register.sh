# shellcheck shell=bash disable=SC2154 # DEMO and SUPPLIER are its caller's, simulator that of where it is told
# What a supplier registers before customers can give it anything: its client with a key at Maskinporten, as one does in
# the self-service, and its system in Altinn's system register. The key is in $DEMO/key.jwk then.

CLIENT=3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10
SYSTEM=${SUPPLIER}_4human_hrm

register_client() {
  quietly "$DEMO/register.log" simulator register-client --client-id "$CLIENT" --organization "$SUPPLIER" --key-out "$DEMO/key.jwk" \
    --scope nav:oppfolgingsplan/lps.write --scope nav:helseytelser/sykepenger \
    --scope altinn:authentication/systemuser.request.read --scope altinn:authentication/systemuser.request.write \
    --scope altinn:authentication/systemregister.write
  quietly "$DEMO/register-system.log" simulator register-system "$SYSTEM" --organization "$SUPPLIER" --client "$CLIENT" \
    --right nav_sykepenger_sykmelding
}
