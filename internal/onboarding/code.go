package onboarding

import "github.com/4human/integration-operator/api/v1alpha1"

// Code names a kind of fault. Those that the operator reports too have the name of its reason. They are API:
// docs/onboarding.md lists them, and programs read them from the JSON.
type Code string

// Faults of files.
const (
	// FileTooLarge means that the file has more bytes than MaxFile.
	FileTooLarge Code = "FileTooLarge"
	// FileIsWorkbook means that the file is a workbook of Excel.
	FileIsWorkbook Code = "FileIsWorkbook"
	// FileNotUTF8 means that a YAML file has another encoding, which Kubernetes does not read.
	FileNotUTF8 Code = "FileNotUTF8"
	// FileSkipped means that the file cannot be checked as it is, such as a template.
	FileSkipped Code = "FileSkipped"
	// NothingFound means that a file that was named has no customer and no Supplier.
	NothingFound Code = "NothingFound"
	// InvalidYAML means that the document is not YAML.
	InvalidYAML Code = "InvalidYAML"
	// KeyTwice means that a mapping has a key twice.
	KeyTwice Code = "KeyTwice"
	// KindUnknown means that there is no such kind, or no such version of it.
	KindUnknown Code = "KindUnknown"
)

// Faults of spreadsheets.
const (
	// HeaderNotFound means that no row names the column of organization numbers.
	HeaderNotFound Code = "HeaderNotFound"
	// ColumnTwice means that two columns have the same meaning.
	ColumnTwice Code = "ColumnTwice"
	// ColumnsIgnored lists the columns whose meaning is unknown.
	ColumnsIgnored Code = "ColumnsIgnored"
	// TooManyRows means that there are more rows than MaxRows.
	TooManyRows Code = "TooManyRows"
	// StrayQuotationMark means that a row has a quotation mark that does not enclose a cell.
	StrayQuotationMark Code = "StrayQuotationMark"
	// TooManyCells means that a row has more cells than the header.
	TooManyCells Code = "TooManyCells"
	// LettersLost means that letters were damaged by an earlier conversion.
	LettersLost Code = "LettersLost"
	// FormulaError means that a cell has the error of a formula.
	FormulaError Code = "FormulaError"
	// FormulaNotCalculated means that a cell has a formula in place of its result.
	FormulaNotCalculated Code = "FormulaNotCalculated"
	// ServiceUnknown means that a cell names no service.
	ServiceUnknown Code = "ServiceUnknown"
	// AnswerUnclear means that a service's own column has neither yes nor no.
	AnswerUnclear Code = "AnswerUnclear"
	// DateInvalid means that a cell has no date.
	DateInvalid Code = "DateInvalid"
	// LimitUnused means that a start date or units are given without a service that has them.
	LimitUnused Code = "LimitUnused"
	// ServicesMissing means that no service is given.
	ServicesMissing Code = "ServicesMissing"
	// EndpointMissing means that the address of the HRM system is not given.
	EndpointMissing Code = "EndpointMissing"
	// NameMissing means that the customer has no name.
	NameMissing Code = "NameMissing"
)

// Faults of organization numbers.
const (
	// OrganizationNumberMissing means that there is no organization number.
	OrganizationNumberMissing Code = "OrganizationNumberMissing"
	// NumberNotQuoted means that YAML reads the number as an integer.
	NumberNotQuoted Code = "NumberNotQuoted"
	// NumberNotPlain means that the number is right and has other characters around it.
	NumberNotPlain Code = "NumberNotPlain"
	// NumberHasOtherCharacters means that it has letters or signs.
	NumberHasOtherCharacters Code = "NumberHasOtherCharacters"
	// NumberTooShort means that it has fewer than nine digits.
	NumberTooShort Code = "NumberTooShort"
	// LeadingZeroLost means that it would be valid with the zeros in front that a spreadsheet removes.
	LeadingZeroLost Code = "LeadingZeroLost"
	// NumberTooLong means that it has more than nine digits.
	NumberTooLong Code = "NumberTooLong"
	// NumberShortened means that a spreadsheet has shortened it to a power of ten.
	NumberShortened Code = "NumberShortened"
	// PersonNumber means that it has the eleven digits of a person's identity number.
	PersonNumber Code = "PersonNumber"
	// WrongCheckDigit means that a digit is mistyped, or that two are swapped.
	WrongCheckDigit Code = "WrongCheckDigit"
	// UnitIsMainUnit means that the customer's own number is among its sub-units.
	UnitIsMainUnit Code = "UnitIsMainUnit"
)

// Faults of objects.
const (
	// UnknownField means that there is no such field.
	UnknownField Code = "UnknownField"
	// InvalidField means that the API server would reject the value of the field.
	InvalidField Code = "InvalidField"
	// FieldMissing means that a required field is missing.
	FieldMissing Code = "FieldMissing"
	// ValueNotSupported means that a field has another value than those that it may have.
	ValueNotSupported Code = "ValueNotSupported"
	// WrongType means that a value has another type than its field, such as a number in place of text.
	WrongType Code = "WrongType"
	// EntryTwice means that a list has an entry twice.
	EntryTwice Code = "EntryTwice"
	// InvalidName means that the API server would reject the object's name.
	InvalidName Code = "InvalidName"
	// InvalidLabel means that the API server would reject a label.
	InvalidLabel Code = "InvalidLabel"
	// NameTaken means that two objects have the same namespace and name.
	NameTaken Code = "NameTaken"
	// NamespaceMissing means that the object has no namespace.
	NamespaceMissing Code = "NamespaceMissing"
	// SupplierNotChecked means that the Suppliers are unknown, so that what depends on them was not checked.
	SupplierNotChecked Code = "SupplierNotChecked"
	// PossibleDuplicate means that two customers have the same organization and service under Suppliers whose environments
	// are unknown.
	PossibleDuplicate Code = "PossibleDuplicate"

	// DuplicateOrganization means that two customers have the same organization and service in one environment.
	DuplicateOrganization Code = v1alpha1.ReasonDuplicateOrganization
	// OrganizationIsSupplier means that the number is the supplier's own.
	OrganizationIsSupplier Code = v1alpha1.ReasonOrganizationIsSupplier
	// SupplierNotFound means that there is no such Supplier.
	SupplierNotFound Code = v1alpha1.ReasonSupplierNotFound
	// SupplierNotAllowed means that the Supplier does not allow the namespace.
	SupplierNotAllowed Code = v1alpha1.ReasonSupplierNotAllowed
	// ServiceNotOffered means that the Supplier does not offer the service.
	ServiceNotOffered Code = v1alpha1.ReasonServiceNotOffered
	// AgentsNotAllowed means that the customer grants access through an agent, and that the Supplier does not let agents
	// grant access to the service.
	AgentsNotAllowed Code = "AgentsNotAllowed"
	// SystemUserNotConfigured means that the service needs a system user, and that the Supplier has no system.
	SystemUserNotConfigured Code = v1alpha1.ReasonSystemUserNotConfigured
	// HRMEndpointNotAllowed means that the Supplier does not allow the host of the HRM system.
	HRMEndpointNotAllowed Code = v1alpha1.ReasonHRMEndpointNotAllowed
	// HRMMissing means that the Supplier declares a service that uses the HRM system, and that the customer has none.
	HRMMissing Code = "HRMMissing"
	// InvalidSchedule means that the schedule cannot be used.
	InvalidSchedule Code = v1alpha1.ReasonInvalidSchedule
	// ScheduleTooFrequent means that the schedule has more runs than the Supplier allows.
	ScheduleTooFrequent Code = "ScheduleTooFrequent"
)

// What Enhetsregisteret says.
const (
	// OrganizationIsSubUnit means that the number is a sub-unit's.
	OrganizationIsSubUnit Code = v1alpha1.ReasonOrganizationIsSubUnit
	// OrganizationNotFound means that the register does not have the number.
	OrganizationNotFound Code = v1alpha1.ReasonOrganizationNotFound
	// OrganizationDeleted means that the organization was deleted.
	OrganizationDeleted Code = v1alpha1.ReasonOrganizationDeleted
	// OrganizationBankrupt means that the organization is bankrupt.
	OrganizationBankrupt Code = "OrganizationBankrupt"
	// OrganizationDissolving means that the organization is being wound up.
	OrganizationDissolving Code = "OrganizationDissolving"
	// NameDiffers means that the registered name is another than the spreadsheet's.
	NameDiffers Code = "NameDiffers"
	// RegisterUnavailable means that the register did not respond, so that customers were not checked.
	RegisterUnavailable Code = "RegisterUnavailable"
)

// Faults of an import.
const (
	// FileTaken means that the customer's file exists and has something else in it.
	FileTaken Code = "FileTaken"
	// CustomerElsewhere means that the directory has the customer under another name, or in a file with more.
	CustomerElsewhere Code = "CustomerElsewhere"
	// FileDiffers means that the customer's file exists with another content.
	FileDiffers Code = "FileDiffers"
	// NotListed means that the directory has customers that the spreadsheet does not have.
	NotListed Code = "NotListed"
	// KustomizationTaken means that kustomization.yaml was not written by an import.
	KustomizationTaken Code = "KustomizationTaken"
)
