"""What extracts call the columns that many tables share: contract monitoring, SUS and the grouper's output.

Case and punctuation are ignored when a name is compared, so ``Der_Provider_Code`` is also ``der provider code``.
"""

CONTRACT = ("local_contract_code", "contract_id")
PROVIDER = ("organisation_identifier_code_of_provider", "Der_Provider_Code", "PROCODET", "provider_code")
COMMISSIONER = ("organisation_identifier_code_of_commissioner", "Der_Commissioner_Code", "commissioner_code")
PERSON = ("pseudonymised_nhs_number", "person_id", "patient_id")
TREATMENT_FUNCTION = ("Treatment_Function_Code", "activity_treatment_function_code")
POINT_OF_DELIVERY = ("National_POD_Code", "point_of_delivery_code")
SITE = ("organisation_site_identifier_of_treatment", "site_code")
PRACTICE = ("general_medical_practice_code_patient_registration", "practice_code")
REGISTRATION = ("commissioner_of_registration",)
RESIDENCE = ("commissioner_of_residence",)
LOCAL_AUTHORITY = ("local_authority_code", "Der_Local_Authority_Code")
DECILE = ("IMD_Decile", "index_of_multiple_deprivation_decile")
AGE = ("age", "age_in_years")
UNITS = ("activity_count_point_of_delivery",)
HRG = ("tariff_code", "hrg_code")
