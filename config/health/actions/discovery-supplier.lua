-- The actions on a Supplier.
local suspended = obj.spec.suspend == true
local actions = {}
actions["verify"] = { disabled = suspended, displayName = "Prove the credentials now" }
actions["suspend"] = { disabled = suspended, displayName = "Suspend all customers" }
actions["resume"] = { disabled = not suspended, displayName = "Resume" }
return actions
