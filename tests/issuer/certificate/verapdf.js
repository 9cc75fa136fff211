// Validates PDF files by the veraPDF engine against the profiles PDF/A-3a and PDF/UA-1.
//
// Run by the JavaScript interpreter that veraPDF brings along, so that Java alone is needed, without its compiler:
//   java -cp JAR org.mozilla.javascript.tools.shell.Main verapdf.js FILE...
// Prints a line of JSON for each file and profile: file, profile, compliant, checks (how many), failures.
// veraPDF reads its profiles by JAXB, which Java no longer has; they are read here instead.

importPackage(Packages.org.verapdf.pdfa);
importPackage(Packages.org.verapdf.pdfa.flavours);
importPackage(Packages.org.verapdf.pdfa.validation.profiles);

const CREATE = "createValidator(org.verapdf.pdfa.validation.profiles.ValidationProfile,boolean)";
const CHOSEN = [
  { flavour: PDFAFlavour.PDFA_3_A, file: "PDFA-3A.xml" },
  { flavour: PDFAFlavour.PDFUA_1, file: "PDFUA-1.xml" },
];

function elementsOf(parent, name) {
  const nodes = parent.getElementsByTagName(name);
  const found = [];
  for (let at = 0; at < nodes.getLength(); at += 1) {
    found.push(nodes.item(at));
  }
  return found;
}

function textOf(parent, name) {
  return elementsOf(parent, name)[0].getTextContent().trim();
}

function readRule(element) {
  const identity = elementsOf(element, "id")[0];
  const id = Profiles.ruleIdFromValues(
    PDFAFlavour.Specification.valueOf(identity.getAttribute("specification")),
    identity.getAttribute("clause"),
    Number(identity.getAttribute("testNumber"))
  );
  const none = new java.util.ArrayList();
  const error = Profiles.errorFromValues(textOf(element, "message"), none);
  const deferred = String(element.getAttribute("deferred")) === "true" ? java.lang.Boolean.TRUE : null;
  const subject = element.getAttribute("object");
  const tags = element.getAttribute("tags");
  const description = textOf(element, "description");
  return Profiles.ruleFromValues(id, subject, deferred, tags, description, textOf(element, "test"), error, none);
}

function readVariable(element) {
  const initial = textOf(element, "defaultValue");
  const name = element.getAttribute("name");
  return Profiles.variableFromValues(name, element.getAttribute("object"), initial, textOf(element, "value"));
}

function readProfile(flavour, file) {
  const stream = flavour.getClass().getResourceAsStream("/org/verapdf/pdfa/validation/" + file);
  const builder = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder();
  const profile = builder.parse(stream).getDocumentElement();
  const rules = new java.util.HashSet();
  const variables = new java.util.HashSet();
  elementsOf(profile, "rule").forEach((element) => rules.add(readRule(element)));
  elementsOf(profile, "variable").forEach((element) => variables.add(readVariable(element)));
  const details = Profiles.profileDetailsFromValues(file, "", "", new java.util.Date(0));
  return Profiles.profileFromValues(flavour, details, "", rules, variables);
}

function failuresOf(result) {
  const failures = [];
  for (let checks = result.getTestAssertions().iterator(); checks.hasNext(); ) {
    let check = checks.next();
    if (String(check.getStatus().name()) === "FAILED") {
      let rule = check.getRuleId();
      let place = check.getLocation().getContext();
      failures.push(rule.getClause() + "-" + rule.getTestNumber() + " " + check.getMessage() + " @ " + place);
    }
  }
  return failures;
}

function validate(file, flavour, profile) {
  const parser = Foundries.defaultInstance().createParser(new java.io.File(file), flavour);
  const result = Foundries.defaultInstance()[CREATE](profile, false).validate(parser);
  parser.close();
  return {
    file: file,
    profile: String(flavour),
    compliant: result.isCompliant(),
    checks: result.getTotalAssertions(),
    failures: failuresOf(result),
  };
}

Packages.org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
const files = arguments;
CHOSEN.forEach((chosen) => {
  const profile = readProfile(chosen.flavour, chosen.file);
  files.forEach((name) => print(JSON.stringify(validate(name, chosen.flavour, profile))));
});
