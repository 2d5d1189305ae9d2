package onboarding

import "maps"

// texts are the texts of all faults, in English and in Norwegian bokmål.
var texts = join(fileTexts, sheetTexts, numberTexts, objectTexts, registerTexts, importTexts)

func join(parts ...map[Code]entry) map[Code]entry {
	all := map[Code]entry{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

var fileTexts = map[Code]entry{
	FileTooLarge: {
		severity: SeverityError,
		en: text{
			"the file is larger than %[1]d MiB.",
			"Split it.",
		},
		nb: text{
			"filen er større enn %[1]d MiB.",
			"Del den opp.",
		},
	},
	FileIsWorkbook: {
		severity: SeverityError,
		en: text{
			"the file is an Excel workbook.",
			"In Excel, save it as “CSV UTF-8 (Comma delimited)” and use that file.",
		},
		nb: text{
			"filen er en Excel-arbeidsbok.",
			"Velg «Lagre som» og «CSV UTF-8 (semikolondelt)» i Excel, og bruk den filen.",
		},
	},
	FileNotUTF8: {
		severity: SeverityError,
		en: text{
			"the file is not in UTF-8.",
			"Save it in UTF-8: Kubernetes reads no other encoding.",
		},
		nb: text{
			"filen er ikke i UTF-8.",
			"Lagre den i UTF-8. Kubernetes leser ikke andre tegnsett.",
		},
	},
	FileSkipped: {
		severity: SeverityNote,
		en: text{
			"not checked: %[1]s.",
			"To check the result, pipe it: kustomize build DIR | kubectl cint check -",
		},
		nb: text{
			"ikke kontrollert: %[1]s.",
			"Slik kontrollerer du resultatet: kustomize build MAPPE | kubectl cint check -",
		},
	},
	NothingFound: {
		severity: SeverityWarning,
		en: text{
			"the file has no CustomerIntegration and no Supplier.",
			"Name files with customers, or remove this one from the command.",
		},
		nb: text{
			"filen har verken CustomerIntegration eller Supplier.",
			"Oppgi filer med kunder, eller fjern denne fra kommandoen.",
		},
	},
	InvalidYAML: {
		severity: SeverityError,
		en: text{
			"this is not valid YAML: %[1]s.",
			"Correct the indentation, quotes or colons there.",
		},
		nb: text{
			"dette er ikke gyldig YAML: %[1]s.",
			"Rett innrykk, anførselstegn eller kolon her.",
		},
	},
	KeyTwice: {
		severity: SeverityError,
		en: text{
			"the key %[1]s is there twice.",
			"Remove one of the two.",
		},
		nb: text{
			"nøkkelen %[1]s står to ganger.",
			"Fjern én av dem.",
		},
	},
	KindUnknown: {
		severity: SeverityError,
		en: text{
			"%[1]s is no kind that the operator has.",
			"Write apiVersion: %[2]s and kind: CustomerIntegration or Supplier.",
		},
		nb: text{
			"operatoren kjenner ikke %[1]s.",
			"Skriv apiVersion: %[2]s og kind: CustomerIntegration eller Supplier.",
		},
	},
}

var sheetTexts = map[Code]entry{
	HeaderNotFound: {
		severity: SeverityError,
		en: text{
			"none of the first %[1]d rows names the column of organization numbers. The first row is: %[2]s.",
			"Give the column the title “organization number”.",
		},
		nb: text{
			"ingen av de %[1]d første radene har en kolonne for organisasjonsnummer. Første rad er: %[2]s.",
			"Gi kolonnen tittelen «organisasjonsnummer».",
		},
	},
	ColumnTwice: {
		severity: SeverityError,
		en: text{
			"the columns %[1]s and %[2]s mean the same.",
			"Remove or rename one of them.",
		},
		nb: text{
			"kolonnene %[1]s og %[2]s betyr det samme.",
			"Fjern eller gi nytt navn til én av dem.",
		},
	},
	ColumnsIgnored: {
		severity: SeverityNote,
		en: text{
			"these columns were not used: %[1]s.",
			"If one of them should be, give it a title from docs/onboarding.md.",
		},
		nb: text{
			"disse kolonnene ble ikke brukt: %[1]s.",
			"Skal en av dem brukes, må tittelen være en av dem i docs/onboarding.md.",
		},
	},
	TooManyRows: {
		severity: SeverityError,
		en: text{
			"the spreadsheet has more than %[1]d rows.",
			"Split it.",
		},
		nb: text{
			"regnearket har mer enn %[1]d rader.",
			"Del det opp.",
		},
	},
	StrayQuotationMark: {
		severity: SeverityError,
		en: text{
			"the row has a quotation mark that does not enclose a whole cell.",
			"Remove it, or export the spreadsheet from Excel again.",
		},
		nb: text{
			"raden har et anførselstegn som ikke omslutter en hel celle.",
			"Fjern det, eller eksporter regnearket fra Excel på nytt.",
		},
	},
	TooManyCells: {
		severity: SeverityError,
		en: text{
			"the row has %[1]d cells and the header has %[2]d.",
			"If a cell has the separator %[3]s in its text, enclose it in quotation marks.",
		},
		nb: text{
			"raden har %[1]d celler, og overskriften har %[2]d.",
			"Hvis en celle har skilletegnet %[3]s i teksten, må den stå i anførselstegn.",
		},
	},
	LettersLost: {
		severity: SeverityWarning,
		en: text{
			"the name %[1]s has lost letters, such as æ, ø and å.",
			"Export the spreadsheet again as CSV UTF-8, or correct the name.",
		},
		nb: text{
			"navnet %[1]s har mistet bokstaver, som æ, ø og å.",
			"Eksporter regnearket på nytt som CSV UTF-8, eller rett navnet.",
		},
	},
	FormulaError: {
		severity: SeverityError,
		en: text{
			"the cell has the error %[1]s of a formula.",
			"Correct the formula in the spreadsheet and export it again.",
		},
		nb: text{
			"cellen har formelfeilen %[1]s.",
			"Rett formelen i regnearket og eksporter på nytt.",
		},
	},
	FormulaNotCalculated: {
		severity: SeverityError,
		en: text{
			"the cell has a formula in place of its result.",
			"Copy the column, paste it as values, and export the spreadsheet again.",
		},
		nb: text{
			"cellen har en formel i stedet for resultatet.",
			"Kopier kolonnen, lim den inn som verdier, og eksporter på nytt.",
		},
	},
	ServiceUnknown: {
		severity: SeverityError,
		en: text{
			"%[1]s is no service.",
			"Write one or more of: %[2]s.",
		},
		nb: text{
			"%[1]s er ikke en tjeneste.",
			"Skriv en eller flere av: %[2]s.",
		},
	},
	AnswerUnclear: {
		severity: SeverityError,
		en: text{
			"%[1]s is neither yes nor no.",
			"Write x or yes if the customer shall have the service, or leave the cell empty.",
		},
		nb: text{
			"%[1]s er verken ja eller nei.",
			"Skriv x eller ja hvis kunden skal ha tjenesten, eller la cellen stå tom.",
		},
	},
	DateInvalid: {
		severity: SeverityError,
		en: text{
			"%[1]s is not a date.",
			"Write it as 2026-06-15 or 15.06.2026.",
		},
		nb: text{
			"%[1]s er ikke en dato.",
			"Skriv den som 2026-06-15 eller 15.06.2026.",
		},
	},
	LimitUnused: {
		severity: SeverityError,
		en: text{
			"this applies only to sick notes and applications for sick pay, and the customer has neither.",
			"Empty the cell, or add the service.",
		},
		nb: text{
			"dette gjelder bare sykmeldinger og sykepengesøknader, og kunden har ingen av dem.",
			"Tøm cellen, eller legg til tjenesten.",
		},
	},
	ServicesMissing: {
		severity: SeverityError,
		en: text{
			"the customer has no service.",
			"Fill the column for services, or name services for all customers with --services.",
		},
		nb: text{
			"kunden har ingen tjeneste.",
			"Fyll ut kolonnen for tjenester, eller oppgi tjenester for alle kunder med --services.",
		},
	},
	EndpointMissing: {
		severity: SeverityError,
		en: text{
			"the address of the customer's HRM system is missing.",
			"Fill the column for it, or give all customers' with --hrm-endpoint, such as https://{name}.hrm.example.no.",
		},
		nb: text{
			"adressen til kundens HRM-system mangler.",
			"Fyll ut kolonnen, eller oppgi adressen for alle kunder med --hrm-endpoint, for eksempel https://{name}.hrm.example.no.",
		},
	},
	NameMissing: {
		severity: SeverityWarning,
		en: text{
			"the customer has no name, so its object is called %[1]s.",
			"Write the customer's name in the column for it.",
		},
		nb: text{
			"kunden har ikke noe navn, så objektet heter %[1]s.",
			"Skriv kundens navn i kolonnen for navn.",
		},
	},
}

var numberTexts = map[Code]entry{
	OrganizationNumberMissing: {
		severity: SeverityError,
		en: text{
			"the organization number is missing.",
			"Look it up at https://www.brreg.no.",
		},
		nb: text{
			"organisasjonsnummeret mangler.",
			"Slå det opp på https://www.brreg.no.",
		},
	},
	NumberNotQuoted: {
		severity: SeverityError,
		en: text{
			"the organization number %[1]s has no quotation marks, so YAML reads it as an integer.",
			"Write: \"%[1]s\"",
		},
		nb: text{
			"organisasjonsnummeret %[1]s står uten anførselstegn, så YAML leser det som et heltall.",
			"Skriv: \"%[1]s\"",
		},
	},
	NumberNotPlain: {
		severity: SeverityError,
		en: text{
			"the organization number is written as %[1]s.",
			"Write the nine digits alone: \"%[2]s\"",
		},
		nb: text{
			"organisasjonsnummeret er skrevet som %[1]s.",
			"Skriv bare de ni sifrene: \"%[2]s\"",
		},
	},
	NumberHasOtherCharacters: {
		severity: SeverityError,
		en: text{
			"%[1]s is not an organization number: it has letters or signs.",
			"Write the nine digits; look them up at https://www.brreg.no.",
		},
		nb: text{
			"%[1]s er ikke et organisasjonsnummer: det har bokstaver eller tegn.",
			"Skriv de ni sifrene. Slå dem opp på https://www.brreg.no.",
		},
	},
	NumberTooShort: {
		severity: SeverityError,
		en: text{
			"the organization number %[1]s lacks digits (%[2]d).",
			"Look it up at https://www.brreg.no.",
		},
		nb: text{
			"organisasjonsnummeret %[1]s mangler siffer (%[2]d).",
			"Slå det opp på https://www.brreg.no.",
		},
	},
	LeadingZeroLost: {
		severity: SeverityError,
		en: text{
			"the organization number %[1]s lacks digits (%[2]d): Excel removes zeros at the beginning of a number.",
			"Format the column as text. If %[3]s is the customer's number, write it.",
		},
		nb: text{
			"organisasjonsnummeret %[1]s mangler siffer (%[2]d): Excel fjerner nuller i starten av tall.",
			"Formater kolonnen som tekst. Er %[3]s kundens nummer, skriver du det.",
		},
	},
	NumberTooLong: {
		severity: SeverityError,
		en: text{
			"the organization number has %[1]d digits; it must have nine.",
			"Look it up at https://www.brreg.no.",
		},
		nb: text{
			"organisasjonsnummeret har %[1]d siffer. Det skal ha ni.",
			"Slå det opp på https://www.brreg.no.",
		},
	},
	NumberShortened: {
		severity: SeverityError,
		en: text{
			"the spreadsheet has shortened the organization number to %[1]s, and its last digits are lost.",
			"Format the column as text, type the number again, and export.",
		},
		nb: text{
			"regnearket har forkortet organisasjonsnummeret til %[1]s, og de siste sifrene er borte.",
			"Formater kolonnen som tekst, skriv nummeret på nytt, og eksporter.",
		},
	},
	PersonNumber: {
		severity: SeverityError,
		en: text{
			"the cell has eleven digits, as a person's national identity number has.",
			"Remove it from the file at once, and write the company's nine digits.",
		},
		nb: text{
			"feltet har elleve siffer, som et fødselsnummer.",
			"Fjern det fra filen med en gang, og skriv virksomhetens ni siffer.",
		},
	},
	WrongCheckDigit: {
		severity: SeverityError,
		en: text{
			"the organization number %[1]s has a wrong check digit: a digit is mistyped, or two are swapped.",
			"Look it up at https://www.brreg.no.",
		},
		nb: text{
			"kontrollsifferet i organisasjonsnummeret %[1]s stemmer ikke: ett siffer er feil, eller to har byttet plass.",
			"Slå det opp på https://www.brreg.no.",
		},
	},
	UnitIsMainUnit: {
		severity: SeverityError,
		en: text{
			"%[1]s is the customer's own number, and NAV has no documents for a main unit.",
			"Write the sub-units' numbers, or leave this empty to fetch for all of them.",
		},
		nb: text{
			"%[1]s er kundens eget nummer, og NAV har ingen dokumenter for en hovedenhet.",
			"Skriv numrene til underenhetene, eller la feltet stå tomt for å hente for alle.",
		},
	},
}

var objectTexts = map[Code]entry{
	UnknownField: {
		severity: SeverityError,
		en: text{
			"there is no field %[1]s.",
			"%[2]s",
		},
		nb: text{
			"feltet %[1]s finnes ikke.",
			"%[2]s",
		},
	},
	InvalidField: {
		severity: SeverityError,
		en: text{
			"%[1]s.",
			"%[2]s",
		},
		nb: text{
			"%[1]s.",
			"%[2]s",
		},
	},
	FieldMissing: {
		severity: SeverityError,
		en: text{
			"the field is required and is missing.",
			"Add it; see docs/customerintegration.md.",
		},
		nb: text{
			"feltet er påkrevd og mangler.",
			"Legg det til, se docs/customerintegration.md.",
		},
	},
	ValueNotSupported: {
		severity: SeverityError,
		en: text{
			"the value %[1]s is not allowed.",
			"Write one of: %[2]s.",
		},
		nb: text{
			"verdien %[1]s er ikke tillatt.",
			"Skriv en av: %[2]s.",
		},
	},
	EntryTwice: {
		severity: SeverityError,
		en: text{
			"the list has this entry twice.",
			"Remove one of the two.",
		},
		nb: text{
			"listen har dette innslaget to ganger.",
			"Fjern det ene.",
		},
	},
	InvalidName: {
		severity: SeverityError,
		en: text{
			"Kubernetes does not accept the name %[1]s.",
			"Write at most 63 lower-case letters (a to z), digits and hyphens, and begin and end with a letter or digit.",
		},
		nb: text{
			"Kubernetes godtar ikke navnet %[1]s.",
			"Skriv høyst 63 små bokstaver (a til z), sifre og bindestreker, og begynn og slutt med bokstav eller siffer.",
		},
	},
	NameTaken: {
		severity: SeverityError,
		en: text{
			"%[1]s has the same namespace and name, %[2]s.",
			"Rename or remove one of the two.",
		},
		nb: text{
			"%[1]s har samme navnerom og navn, %[2]s.",
			"Gi den ene et annet navn, eller fjern den.",
		},
	},
	NamespaceMissing: {
		severity: SeverityNote,
		en: text{
			"metadata.namespace is missing, so it was not checked that the Supplier allows the namespace.",
			"Write it, or give it with --namespace.",
		},
		nb: text{
			"metadata.namespace mangler, så det er ikke kontrollert at leverandøren tillater navnerommet.",
			"Skriv det, eller oppgi det med --namespace.",
		},
	},
	SupplierNotChecked: {
		severity: SeverityNote,
		en: text{
			"no Supplier was given, so its services, namespaces and HRM hosts were not checked.",
			"Add its file with --supplier-file.",
		},
		nb: text{
			"ingen Supplier er oppgitt, så tjenester, navnerom og HRM-adresser er ikke kontrollert mot den.",
			"Oppgi filen med --supplier-file.",
		},
	},
	PossibleDuplicate: {
		severity: SeverityWarning,
		en: text{
			"%[1]s has the same organization %[2]s and service %[3]s, under another Supplier.",
			"If both Suppliers are of one environment, remove one of the two. To let this be checked, add their files with --supplier-file.",
		},
		nb: text{
			"%[1]s har samme organisasjon %[2]s og tjeneste %[3]s, hos en annen Supplier.",
			"Er begge i samme miljø, fjerner du den ene. Oppgi filene med --supplier-file for å få det kontrollert.",
		},
	},
	DuplicateOrganization: {
		severity: SeverityError,
		en: text{
			"the organization %[2]s with %[3]s is there already: %[1]s.",
			"Remove one of the two.",
		},
		nb: text{
			"organisasjonen %[2]s med %[3]s står der allerede: %[1]s.",
			"Fjern den ene.",
		},
	},
	OrganizationIsSupplier: {
		severity: SeverityError,
		en: text{
			"%[1]s is the supplier's own number (%[2]s).",
			"Write the customer's.",
		},
		nb: text{
			"%[1]s er leverandørens eget nummer (%[2]s).",
			"Skriv kundens nummer.",
		},
	},
	SupplierNotFound: {
		severity: SeverityError,
		en: text{
			"there is no Supplier %[1]s. Known: %[2]s.",
			"Correct spec.supplierRef, or add the Supplier's file with --supplier-file.",
		},
		nb: text{
			"det finnes ingen Supplier %[1]s. Kjent: %[2]s.",
			"Rett spec.supplierRef, eller oppgi filen til leverandøren med --supplier-file.",
		},
	},
	SupplierNotAllowed: {
		severity: SeverityError,
		en: text{
			"Supplier %[1]s does not allow the namespace %[2]s; it allows: %[3]s.",
			"Use one of these, or add the namespace to its spec.allowedNamespaces.",
		},
		nb: text{
			"Supplier %[1]s tillater ikke navnerommet %[2]s. Tillatt: %[3]s.",
			"Bruk et av disse, eller legg navnerommet til i spec.allowedNamespaces.",
		},
	},
	ServiceNotOffered: {
		severity: SeverityError,
		en: text{
			"Supplier %[1]s does not offer %[2]s; it offers: %[3]s.",
			"Remove the service, or add it to the Supplier's spec.services.",
		},
		nb: text{
			"Supplier %[1]s tilbyr ikke %[2]s. Den tilbyr: %[3]s.",
			"Fjern tjenesten, eller legg den til i spec.services hos leverandøren.",
		},
	},
	SystemUserNotConfigured: {
		severity: SeverityError,
		en: text{
			"%[2]s needs a system user, and Supplier %[1]s has no spec.systemUser.",
			"Set it up at the Supplier, or remove the service.",
		},
		nb: text{
			"%[2]s krever en systembruker, og Supplier %[1]s har ikke spec.systemUser.",
			"Sett den opp hos leverandøren, eller fjern tjenesten.",
		},
	},
	HRMEndpointNotAllowed: {
		severity: SeverityError,
		en: text{
			"Supplier %[1]s does not allow the host of %[2]s; it allows: %[3]s.",
			"Correct the address, or add the host to the Supplier's spec.hrm.allowedHosts.",
		},
		nb: text{
			"Supplier %[1]s tillater ikke adressen %[2]s. Tillatt: %[3]s.",
			"Rett adressen, eller legg verten til i spec.hrm.allowedHosts hos leverandøren.",
		},
	},
	InvalidSchedule: {
		severity: SeverityError,
		en: text{
			"%[1]s.",
			"Write minute, hour, day, month and weekday, such as \"H * * * *\".",
		},
		nb: text{
			"kjøreplanen %[2]s kan ikke brukes.",
			"Skriv minutt, time, dag, måned og ukedag, for eksempel \"H * * * *\".",
		},
	},
	ScheduleTooFrequent: {
		severity: SeverityError,
		en: text{
			"the schedule has %[1]d runs an hour, and at most %[2]d are allowed.",
			"Write one with fewer, such as \"H/15 * * * *\".",
		},
		nb: text{
			"kjøreplanen gir %[1]d kjøringer i timen, og høyst %[2]d er tillatt.",
			"Skriv en med færre, for eksempel \"H/15 * * * *\".",
		},
	},
}

var registerTexts = map[Code]entry{
	OrganizationIsSubUnit: {
		severity: SeverityError,
		en: text{
			"%[1]s is the sub-unit %[2]s.",
			"Write its main unit, which gives access: %[3]s.",
		},
		nb: text{
			"%[1]s er underenheten %[2]s.",
			"Skriv hovedenheten, som er den som gir tilgang: %[3]s.",
		},
	},
	OrganizationNotFound: {
		severity: SeverityError,
		en: text{
			"Enhetsregisteret does not have %[1]s.",
			"Look the customer up at https://www.brreg.no.",
		},
		nb: text{
			"Enhetsregisteret har ikke %[1]s.",
			"Slå opp kunden på https://www.brreg.no.",
		},
	},
	OrganizationDeleted: {
		severity: SeverityError,
		en: text{
			"%[1]s %[2]s was deleted from Enhetsregisteret on %[3]s.",
			"Ask the customer which organization replaces it, or remove it.",
		},
		nb: text{
			"%[1]s %[2]s ble slettet i Enhetsregisteret %[3]s.",
			"Spør kunden hvilken virksomhet som overtar, eller fjern den.",
		},
	},
	OrganizationBankrupt: {
		severity: SeverityWarning,
		en: text{
			"%[1]s %[2]s is bankrupt.",
			"Ask the customer before you take it on.",
		},
		nb: text{
			"%[1]s %[2]s er konkurs.",
			"Avklar med kunden før dere tar den inn.",
		},
	},
	OrganizationDissolving: {
		severity: SeverityWarning,
		en: text{
			"%[1]s %[2]s is being wound up.",
			"Ask the customer before you take it on.",
		},
		nb: text{
			"%[1]s %[2]s er under avvikling.",
			"Avklar med kunden før dere tar den inn.",
		},
	},
	NameDiffers: {
		severity: SeverityWarning,
		en: text{
			"%[1]s is registered as %[3]s, and the spreadsheet says %[2]s.",
			"Check that the number is this customer's.",
		},
		nb: text{
			"%[1]s er registrert som %[3]s, men her står %[2]s.",
			"Kontroller at nummeret hører til denne kunden.",
		},
	},
	RegisterUnavailable: {
		severity: SeverityNote,
		en: text{
			"Enhetsregisteret did not respond for %[1]d of %[2]d customers, the first of them %[3]s; they were not checked there (%[4]s).",
			"Run the command again later.",
		},
		nb: text{
			"Enhetsregisteret svarte ikke for %[1]d av %[2]d kunder, først %[3]s. De er ikke kontrollert der (%[4]s).",
			"Kjør kommandoen på nytt senere.",
		},
	},
}

var importTexts = map[Code]entry{
	FileTaken: {
		severity: SeverityError,
		en: text{
			"the file %[1]s exists and is not this customer's.",
			"Rename it, or name this customer in the column “object name”.",
		},
		nb: text{
			"filen %[1]s finnes og tilhører ikke denne kunden.",
			"Gi filen et annet navn, eller gi kunden et navn i kolonnen «objektnavn».",
		},
	},
	FileDiffers: {
		severity: SeverityError,
		en: text{
			"the file %[1]s exists with another content.",
			"To replace it, add --overwrite. What was edited by hand is then lost.",
		},
		nb: text{
			"filen %[1]s finnes med et annet innhold.",
			"Bruk --overwrite for å erstatte den. Det som er endret for hånd, går da tapt.",
		},
	},
	NotListed: {
		severity: SeverityNote,
		en: text{
			"%[1]d customers in %[2]s are not in the spreadsheet, and stay: %[3]s.",
			"To remove one, delete its file.",
		},
		nb: text{
			"%[1]d kunder i %[2]s er ikke i regnearket, og blir stående: %[3]s.",
			"Slett filen til den som skal bort.",
		},
	},
	KustomizationTaken: {
		severity: SeverityWarning,
		en: text{
			"%[1]s has more than a list of files, so it was not changed.",
			"Add these files to its resources: %[2]s.",
		},
		nb: text{
			"%[1]s har mer enn en liste over filer, så den er ikke endret.",
			"Legg disse filene til under resources: %[2]s.",
		},
	},
}
