-- Health of a Supplier, for Argo CD.
--
-- Healthy      our credentials are verified. Outages and alarms do not change that; the message has them. Also while NAV has not
--              granted the scope.
-- Suspended    spec.suspend is true.
-- Progressing  the operator has not reached a verdict on this generation.
-- Degraded     our key, client, configuration or system in Altinn does not work, perhaps for one service only. The platform
--              team must act.
local waiting = "Healthy"
-- A suspended object holds a sync with waves or hooks. "Healthy" avoids that.
local suspended = "Suspended"

local waits = {
  ScopeNotGranted = true,
}

local reachables = {
  "MaskinportenReachable",
  "AltinnReachable",
  "NAVReachable",
}

local alarms = {
  "WithdrawalsImplausible",
  "RejectionsImplausible",
  "VerificationOutdated",
  "KeyExpiring",
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
  for _, type in ipairs(reachables) do
    if conditions[type] ~= nil and conditions[type].status == "False" then
      return health("Healthy", conditions[type])
    end
  end
  for _, alarm in ipairs(alarms) do
    if isTrue(alarm) then
      return health("Healthy", conditions[alarm])
    end
  end
  return { status = "Healthy", message = ready.message }
end
if ready.reason == "Suspended" then
  return health(suspended, ready)
end
if ready.status == "False" and waits[ready.reason] then
  return health(waiting, ready)
end
-- Every other reason for Ready=False is a fault of ours. What is not known yet is Unknown.
if ready.status == "False" then
  return health("Degraded", ready)
end
return health("Progressing", ready)
