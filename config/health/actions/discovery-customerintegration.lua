-- The actions on a CustomerIntegration. The customer can be asked again if it rejected or deleted a system user.
local refused = false
if obj.status ~= nil and obj.status.services ~= nil then
  for _, service in ipairs(obj.status.services) do
    local access = service.authorization
    if access ~= nil and access.kind == "SystemUser" and (access.state == "Rejected" or access.state == "Withdrawn") then
      refused = true
    end
  end
end
local suspended = obj.spec.suspend == true
local actions = {}
actions["verify"] = { disabled = suspended, displayName = "Verify and sync now" }
actions["ask-customer-again"] = { disabled = suspended or not refused, displayName = "Ask the customer again" }
actions["suspend"] = { disabled = suspended, displayName = "Suspend" }
actions["resume"] = { disabled = not suspended, displayName = "Resume" }
return actions
