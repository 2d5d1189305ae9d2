-- Ask the customer again for a system user that it rejected or deleted. Talk to the customer first.
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["integrations.4human.no/ask-customer-again"] = os.date("!%Y-%m-%dT%XZ")
return obj
