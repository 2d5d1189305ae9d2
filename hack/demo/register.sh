# shellcheck shell=bash disable=SC2034,SC2154 # DEMO and simulator are its caller's; CUSTOMERS, HARE_UNIT and ACCOUNTANT are for it
# What a supplier registers before customers can give access: its client with a key at Maskinporten, and its system in
# Altinn's system register. Afterwards the key is in $DEMO/key.jwk. The organizations are in Enhetsregisteret.

SUPPLIER=897757222
CUSTOMERS=customers # their namespace
TIGER=310330701
WOLF=315587336
ELK=315339138
HARE=310702641
ELK_UNIT=312770032
HARE_UNIT=312345005 # a sub-unit: NAV keeps sick notes per sub-unit
CLIENT=3f1d5a1e-5f0b-4c0e-9c29-5a2a4d6b8f10
SYSTEM=${SUPPLIER}_4human_hrm
ACCOUNTANT=313876144 # an agent, which gives access for its clients
AGENT_PACKAGE=urn:altinn:accesspackage:lonn-personopplysninger-saerlig-kategori

register_client() {
  quietly "$DEMO/register.log" simulator register-client --client-id "$CLIENT" --organization "$SUPPLIER" --key-out "$DEMO/key.jwk" \
    --scope nav:oppfolgingsplan/lps.write --scope nav:helseytelser/sykepenger --scope nav:syfo/dokumentporten \
    --scope nav:utbetaling/oppgjorsrapporter \
    --scope altinn:accessmanagement/authorizedparties --scope altinn:authentication/systemuser.request.read --scope altinn:authentication/systemuser.request.write \
    --scope altinn:authentication/systemregister.write
  quietly "$DEMO/register-system.log" simulator register-system "$SYSTEM" --organization "$SUPPLIER" --client "$CLIENT" \
    --right nav_sykepenger_sykmelding --right nav_syfo_dialogmote \
    --right nav_utbetaling_oppgjorsrapport-refusjon-arbeidsgiver --right nav_utbetaling_oppgjorsrapport-trekkhendelser \
    --right nav_utbetaling_oppgjorsrapport-trekkoppgjor --access-package "$AGENT_PACKAGE"
  register_organization "$SUPPLIER" "4HUMAN HRM AS"
  register_organization "$TIGER" "DYNAMISK ALTETENDE TIGER AS"
  register_organization "$WOLF" "KREATIV ORANSJE ULV AS"
  register_organization "$ELK" "SJELDEN FLINK ELG AS"
  register_organization "$HARE" "VARSOM ROLIG HARE AS"
}

register_organization() { # NUMBER NAME
  quietly "$DEMO/register-organization.log" simulator register-organization "$1" --name "$2"
}
