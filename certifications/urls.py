from django.urls import path

from certifications import holder_views, views

app_name = "certifications"
urlpatterns = [
    path("attestations/verifier/<uuid:public_id>/", views.verify, name="verify"),
    path("attestations/<uuid:public_id>/pdf/", views.pdf, name="pdf"),
    path("mon-parcours/attestations/", holder_views.mine, name="mine"),
    path("mon-parcours/attestations/<uuid:public_id>/renouveler/", holder_views.renew, name="renew"),
    path("formations/seances/<uuid:public_id>/dossier.pdf", holder_views.proof, name="proof"),
]
