-- Health of a CustomerIntegration, for Argo CD.
--
-- Healthy      access to every listed service is verified and jobs succeed; or the customer or NAV has to act, and the message
--              begins with the reason. Also before the first run, after one failed run, and with spec.sync Disabled.
-- Suspended    spec.suspend is true, of the object or of its Supplier.
-- Progressing  the operator has not reached a verdict on this generation, or the CronJob is not in place.
-- Degraded     jobs fail, plans wait for a person, or a spec or the operator's version must change.
--
-- Waiting is Healthy, not Suspended: a sync with waves or hooks ends only when every resource is Healthy or Degraded, and
-- blocks the next one. One customer who waits three weeks would hold every other change for three weeks. A withdrawn access
-- is the customer's right, not a fault of the deployment. Without waves and hooks, "Suspended" shows waiting customers at a
-- glance.
local waiting = "Healthy"
-- A suspended object holds such a sync, as a suspended Job does. "Healthy" avoids that.
local suspended = "Suspended"
-- Failing jobs are Degraded, so that a person sees them at a glance. A sync with waves or hooks then fails. "Healthy" avoids
-- that.
local failing = "Degraded"

local waits = {
  DelegationWithdrawn = true,
  ApprovalRejected = true,
  AwaitingDelegation = true,
  AwaitingApproval = true,
  ScopeNotGranted = true,
  RightMissing = true,
}

local fails = {
  HRMOrganizationMismatch = true,
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

local function isTrue(type)
  return conditions[type] ~= nil and conditions[type].status == "True"
end

local function health(word, condition)
  return { status = word, message = condition.reason .. ": " .. condition.message }
end

local ready = conditions.Ready
if ready == nil then
  return { status = "Progressing", message = "The operator has not reached a verdict yet" }
end
if isTrue("Reconciling") then
  return health("Progressing", ready)
end
if isTrue("Stalled") then
  return health("Degraded", ready)
end
if ready.status == "True" then
  local jobs = conditions.SyncHealthy
  if jobs ~= nil and jobs.status ~= "True" then
    return health("Healthy", jobs)
  end
  return { status = "Healthy", message = ready.message }
end
if ready.reason == "Suspended" then
  return health(suspended, ready)
end
if ready.status == "False" and waits[ready.reason] then
  return health(waiting, ready)
end
if ready.status == "False" and fails[ready.reason] then
  return health(failing, ready)
end
return health("Progressing", ready)
