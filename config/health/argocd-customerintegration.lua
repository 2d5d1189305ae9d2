-- Health of a CustomerIntegration, for Argo CD.
--
-- Healthy    the access to every listed service is proved and the jobs do their work, or it is the turn of somebody
--            outside: the customer has not delegated, has not answered or has said no to the system user that it was asked
--            for, has withdrawn, has not given its system user NAV's right, or NAV has not granted the scope. The message begins with the reason. Also while no run has
--            ended yet, one has failed, or spec.sync is Disabled.
-- Suspended  spec.suspend is true, of the object or of its Supplier. Somebody here chose that in git.
-- Progressing  no verdict has been reached, or not of this generation; or the CronJob is not in place yet.
-- Degraded   the customer's jobs do not do their work, or have left plans that a person must settle, or nothing gets better before somebody changes a spec or upgrades
--            the operator.
--
-- Why waiting is Healthy and not Suspended, although Suspended is Argo CD's word for waiting: a sync that has waves or
-- hooks ends only when every resource is Healthy or Degraded, and no other sync starts before that. One customer who
-- waits three weeks would keep every other change out of the cluster for three weeks. What was deployed is in place and
-- works; who waits is told by the message, the conditions and the metrics. A withdrawn access is the customer's right,
-- not a fault of the deployment, so it is the same. Where no Application has waves or hooks, "Suspended" shows waiting
-- customers at a glance: it is this one word.
local waiting = "Healthy"
-- A suspended object holds such a sync up as a suspended Job does. If that is not wanted, this word is "Healthy".
local suspended = "Suspended"
-- Jobs that fail are Degraded, so that a person sees them at a glance. A sync that has waves or hooks fails if it meets
-- such a customer. If that is not wanted, this word is "Healthy".
local failing = "Degraded"

local somebodyElsesTurn = {
  DelegationWithdrawn = true,
  ApprovalRejected = true,
  AwaitingDelegation = true,
  AwaitingApproval = true,
  ScopeNotGranted = true,
  RightMissing = true,
}

local jobsFail = {
  HRMOrganizationMismatch = true,
  SyncPodNotStarting = true,
  SyncFailing = true,
  SyncStale = true,
  PlansUnsettled = true,
}

local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not looked at this generation yet" }
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
if ready.reason == "Suspended" then
  return health(suspended, ready)
end
if ready.status == "False" and somebodyElsesTurn[ready.reason] then
  return health(waiting, ready)
end
if ready.status == "False" and jobsFail[ready.reason] then
  return health(failing, ready)
end
return health("Progressing", ready)
