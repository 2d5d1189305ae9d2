-- Health of a Supplier, for Argo CD. `make generate` fills the lists of reasons and conditions.
--
-- Healthy      the credentials work, or NAV has to act. Outages and alarms do not change that: the message has them.
-- Suspended    spec.suspend is true, or the emergency stop applies.
-- Progressing  no verdict yet, or not of this generation.
-- Degraded     key, client, configuration or system in Altinn does not work, perhaps for one service.
local waiting = "Healthy"
-- A suspended object blocks a sync with waves or hooks. To avoid that, write "Healthy".
local suspended = "Suspended"

local off = {
  EmergencyStop = true,
  Suspended = true,
}

local waits = {
  ScopeNotGranted = true,
  AuthorityUnavailable = true,
}

local reachables = {
  "MaskinportenReachable",
  "AltinnReachable",
  "NAVReachable",
  "TokenBrokerReachable",
}

local alarms = {
  "WithdrawalsImplausible",
  "RejectionsImplausible",
  "VerificationOutdated",
  "KeyExpiring",
  "NamespacesInaccessible",
  "RunsNotStarting",
  "CustomersBlocked",
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
  for _, type in ipairs(reachables) do
    if conditions[type] ~= nil and conditions[type].status == "False" then
      return health("Healthy", conditions[type])
    end
  end
  for _, alarm in ipairs(alarms) do
    if holds(alarm) then
      return health("Healthy", conditions[alarm])
    end
  end
  return { status = "Healthy", message = ready.message }
end
if off[ready.reason] then
  return health(suspended, ready)
end
if waits[ready.reason] then
  return health(waiting, ready)
end
-- Every other reason of Ready=False is a fault of the supplier.
if ready.status == "False" then
  return health("Degraded", ready)
end
return health("Progressing", ready)
