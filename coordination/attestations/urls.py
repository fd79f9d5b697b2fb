from django.urls import path

from coordination.attestations import views
from coordination.attestations.enums import Deed

BASE = "pilotage/attestations/"
urlpatterns = [
    path(BASE, views.credentials, name="pilotage_credentials"),
    path(f"{BASE}export.csv", views.credentials_csv, name="pilotage_credentials_csv"),
    path(f"{BASE}export.xlsx", views.credentials_xlsx, name="pilotage_credentials_xlsx"),
    path(f"{BASE}pdf/", views.archive, name="pilotage_archive"),
    path(f"{BASE}a-renouveler/", views.renewals, name="pilotage_renewals"),
    path(f"{BASE}a-renouveler/inscrire/", views.renew, name="pilotage_renew"),
    path(f"{BASE}travaux/<uuid:public_id>/", views.job, name="pilotage_credential_job"),
    path(f"{BASE}travaux/<uuid:public_id>/attestations.zip", views.archive_file, name="pilotage_archive_file"),
    path(f"{BASE}<int:pk>/", views.credential, name="pilotage_credential"),
    *(
        path(f"{BASE}<int:pk>/{deed}/", views.deed, {"deed": deed.value}, name=f"pilotage_{deed.name.lower()}")
        for deed in Deed
    ),
]
