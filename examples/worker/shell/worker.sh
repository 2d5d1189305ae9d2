#!/bin/sh
# Registers items of a customer with an API that the customer has delegated, by docs/worker-contract.md. The arguments are
# the items; a real worker would read them from the customer's HRM system. It needs a POSIX shell, sed and curl 7.76.
set -u

TOKEN_FILE=/var/run/secrets/token-broker/token
REPORT_FILE=/dev/termination-log
TIME_LIMIT=600 # seconds; Kubernetes ends the pod after 900, and the last request takes up to two minutes
sent=0
token=''
expires=0

# finish OUTCOME [REASON]: writes the report and ends. Other reasons than those of the report's schema count as NoReport.
finish() {
  trap '' TERM
  echo "run ended: $1 ${2:-}" >&2
  printf '{"outcome":"%s",%s"volumes":{"itemsSent":%d}}' "$1" "${2:+\"reason\":\"$2\",}" "$sent" > "$REPORT_FILE" || exit 1
  [ "$1" = Succeeded ]
  exit
}

trap 'finish Failed Interrupted' TERM # an item in flight may be sent again

# field NAME: prints a string or number of the flat JSON object on standard input.
field() { sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([^",}]*\).*/\1/p'; }

# bearer TOKEN: prints a configuration of curl for its standard input: arguments of processes can be read by others.
bearer() { printf 'header = "Authorization: Bearer %s"\n' "$1"; }

# request_token [QUERY]: sets token and expires, or ends the run. curl repeats 408, 429, 5xx and lost connections for a
# minute, and waits as Retry-After says.
request_token() {
  end=$(($(date +%s) + 60))
  while :; do
    began=$(date +%s)
    answer=$(bearer "$(cat "$TOKEN_FILE")" | curl --config - --silent --request POST --noproxy '*' \
      --cacert /tmp/broker-ca.crt --max-time 10 --retry 10 --retry-max-time 60 --retry-connrefused \
      --write-out '\n%{http_code}' "$INTEGRATION_TOKEN_BROKER_URL${1:-}")
    status=${answer##*
}
    body=${answer%
*}
    case $status in
    200)
      token=$(printf %s "$body" | field access_token)
      expires=$((began + $(printf %s "$body" | field expires_in) - 10))
      return
      ;;
    403)
      [ "$(printf %s "$body" | field error)" != access_denied ] || finish Failed AccessRefused
      ;;
    esac
    if [ "$(date +%s)" -ge "$end" ]; then
      [ "$status" != 401 ] || finish Failed AccessRefused
      finish Failed BrokerUnavailable
    fi
    sleep 2 # a new pod may be known late
  done
}

# put ITEM: registers an item and sets status. The API accepts it again, so the next run may send what may have arrived.
put() {
  [ "$(date +%s)" -lt "$expires" ] || request_token
  status=$(bearer "$token" | curl --config - --silent --request PUT --max-time 30 --output /dev/null \
    --header 'Content-Type: application/json' --data '{"kind":"mast"}' --write-out '%{http_code}' \
    ${proxy:+--proxy "$proxy" --noproxy "$except"} ${ca_file:+--cacert "$ca_file"} "$NRL_BASE_URL/v1/registrations/$1")
  echo "API responded: $status" >&2
}

if [ "${INTEGRATION_CONTRACT:-}" != 1 ] || [ -z "${NRL_BASE_URL:-}" ]; then finish Failed ConfigurationInvalid; fi
printf %s "$INTEGRATION_TOKEN_BROKER_CA" > /tmp/broker-ca.crt || finish Failed InternalError
proxy=$(printf %s "$INTEGRATION_SETTINGS" | sed -n 's/.*"proxy":{"url":"\([^"]*\)".*/\1/p')
ca_file=$(printf %s "$INTEGRATION_SETTINGS" | field caFile)
except=$(printf %s "$INTEGRATION_SETTINGS" | sed -n 's/.*"except":\[\([^]]*\)\].*/\1/p' | tr -d '"')
deadline=$(($(date +%s) + TIME_LIMIT))

for item; do
  [ "$(date +%s)" -lt "$deadline" ] || finish Failed TimedOut
  put "$item"
  if [ "$status" = 401 ]; then
    request_token '?fresh=true'
    put "$item"
  fi
  case $status in
  200 | 201) sent=$((sent + 1)) ;;
  401 | 403) finish Failed ServiceTokenRejected ;;
  4??) finish Failed ServiceRefused ;;
  000) finish Failed ServiceUnreachable ;;
  *) finish Failed ServiceError ;;
  esac
done
finish Succeeded
