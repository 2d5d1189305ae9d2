-- Health of a CustomerIntegration, for Argo CD. `make generate` fills the lists of reasons.
--
-- Healthy      access is verified and jobs succeed, or the customer or NAV has to act, or an outage to end: the message has
--              the reason.
-- Suspended    spec.suspend is true, of the object or of its Supplier, or the emergency stop applies.
-- Progressing  no verdict yet, or not of this generation.
-- Degraded     jobs fail, plans must be settled, or a manifest must change.
--
-- Waiting is Healthy, not Suspended: a sync with waves or hooks ends only when every resource is Healthy or Degraded, so a
-- customer that waits for weeks would block every other change. If no Application has waves or hooks, "Suspended" shows
-- waiting customers at a glance.
local waiting = "Healthy"
-- A suspended object blocks such a sync, as a suspended Job does. To avoid that, write "Healthy".
local suspended = "Suspended"
-- Failing jobs fail such a sync. To avoid that, write "Healthy".
local failing = "Degraded"

local off = {
  EmergencyStop = true,
  Suspended = true,
}

local waits = {
  OrganizationNotFound = true,
  OrganizationDeleted = true,
  DelegationWithdrawn = true,
  ApprovalRejected = true,
  AwaitingDelegation = true,
  AwaitingApproval = true,
  AwaitingClient = true,
  ScopeNotGranted = true,
  ScopeNotHeld = true,
  SupplierNotReady = true,
  AuthorityUnavailable = true,
  RightMissing = true,
  AwaitingSupplier = true,
}

local fails = {
  HRMOrganizationMismatch = true,
  HRMCredentialsMissing = true,
  HRMUnauthorized = true,
  HRMAddressNotAllowed = true,
  WorkerMismatch = true,
  CAConfigMapUnreadable = true,
  SyncJobRefused = true,
  SyncPodRefused = true,
  SyncPodNotStarting = true,
  SyncFailing = true,
  SyncStale = true,
  PlansUnsettled = true,
}

local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not reconciled this generation yet" }
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end

local function holds(type)
  return conditions[type] ~= nil and conditions[type].status == "True"
end

local function health(word, condition)
  return { status = word, message = condition.reason .. ": " .. condition.message }
end

local ready = conditions.Ready
if ready == nil then
  return { status = "Progressing", message = "The operator has not reached a verdict yet" }
end
if holds("Reconciling") then
  return health("Progressing", ready)
end
if holds("Stalled") then
  return health("Degraded", ready)
end
if ready.status == "True" then
  local jobs = conditions.SyncHealthy
  if jobs ~= nil and jobs.status ~= "True" then
    return health("Healthy", jobs)
  end
  return { status = "Healthy", message = ready.message }
end
if off[ready.reason] then
  return health(suspended, ready)
end
if waits[ready.reason] then
  return health(waiting, ready)
end
if fails[ready.reason] then
  return health(failing, ready)
end
return health("Progressing", ready)
