from django.urls import path

from certifications import badge_views, holder_views, verify_views, views

app_name = "certifications"
urlpatterns = [
    path("attestations/verifier/", verify_views.verify_any, name="verify_any"),
    path("attestations/verifier/<uuid:public_id>/", verify_views.verify, name="verify"),
    path("attestations/verifier/<str:number>/", verify_views.verify_misread, name="verify_misread"),
    path("attestations/<uuid:public_id>/pdf/", views.pdf, name="pdf"),
    path("mon-parcours/attestations/", holder_views.mine, name="mine"),
    path("mon-parcours/attestations/<uuid:public_id>/renouveler/", holder_views.renew, name="renew"),
    path("formations/seances/<uuid:public_id>/dossier.pdf", holder_views.proof, name="proof"),
    path("attestations/<uuid:public_id>/badge/", badge_views.my_badge, name="my_badge"),
    path("attestations/<uuid:public_id>/badge.<slug:form>/", badge_views.badge, name="badge"),
    path("attestations/statuts/<int:number>/", badge_views.status_list, name="status_list"),
    path(".well-known/did.json", badge_views.did_document, name="did_document"),
    path(".well-known/jwks.json", badge_views.jwks, name="jwks"),
]
